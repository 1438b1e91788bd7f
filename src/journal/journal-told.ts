import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { joinedRuns, type Run, runsWithout } from '../runs.ts';
import { lastToldBy } from './line.ts';
import { type AlertLine, type JournalLine, parseLine } from './parse.ts';

/** What a journal tells of the offsets of a run. */
export interface JournalTold {
  /** Those that came to something: saved, filtered, a dead letter, … Expired ones did not. In order. */
  readonly runs: readonly Run[];
  /** The lines of files that should hold what was saved of them, in offset order. */
  readonly files: readonly AlertLine[];
  /** The offset behind the last one that it tells of, of whatever run. */
  readonly end: number;
}

/** Reads it, lines that are not whole aside. What stands before a beginning at the group's start does not count: it may be of an earlier topic of the name. */
export async function journalTold(path: string, run: Run): Promise<JournalTold> {
  const told = new Told(run);
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const text of lines) {
      if ((lastToldBy(text) ?? run[0]) < run[0]) continue;
      const line = parseLine(text);
      if (line !== null) told.take(line);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return told.end();
}

class Told {
  readonly #run: Run;
  #runs: Run[] = [];
  /** Of the run, by their paths: a name holds the content of its highest offset. */
  readonly #files = new Map<string, AlertLine>();

  constructor(run: Run) {
    this.#run = run;
  }

  take(line: JournalLine): void {
    if ('start' in line) {
      if (line.behind !== 'start') return;
      this.#runs = [];
      this.#files.clear();
    } else if ('from' in line) {
      const told: Run = [line.from, line.to + 1];
      // The later line holds: offsets that were taken for missing may have expired.
      if (line.outcome === 'expired')
        this.#runs = joinedRuns(this.#runs).flatMap((each) => runsWithout(each, [told]));
      else this.#add(told);
    } else if ('offset' in line) {
      this.#add([line.offset, line.offset + 1]);
      // What has the content of a later offset by now is not looked for: that is read again. There may be millions of those.
      if (line.offset >= this.#run[1]) this.#files.delete(line.path);
      else if ((this.#files.get(line.path)?.offset ?? -1) <= line.offset) this.#files.set(line.path, line);
    }
  }

  end(): JournalTold {
    const [first, next] = this.#run;
    const all = joinedRuns(this.#runs);
    const runs = all
      .map(([from, end]): Run => [Math.max(from, first), Math.min(end, next)])
      .filter(([from, end]) => from < end);
    const files = [...this.#files.values()].sort((a, b) => a.offset - b.offset);
    return { runs, files, end: all.at(-1)?.[1] ?? 0 };
  }

  /** Most lines go on behind the one before. */
  #add([from, next]: Run): void {
    const last = this.#runs.at(-1);
    if (last?.[1] === from) this.#runs[this.#runs.length - 1] = [last[0], next];
    else this.#runs.push([from, next]);
  }
}
