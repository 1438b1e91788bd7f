import { createReadStream, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../errors.ts';
import { JOURNAL_FOLDER } from '../journal/line.ts';
import { type JournalLine, parseLine } from '../journal/parse.ts';
import type { AlertFiles } from './alert-files.ts';
import { overlay, type Source, type Span, spanAt } from './cover.ts';
import type { Findings } from './findings.ts';
import { LineSplitter } from './lines.ts';
import type { Partition, Partitions } from './partitions.ts';
import { entriesOf, foldersIn } from './tree.ts';

/** Reads every journal of a folder: what it says of each offset, and which files it names. */
export async function readJournals(
  dir: string,
  partitions: Partitions,
  files: AlertFiles,
  findings: Findings,
): Promise<void> {
  for (const topic of foldersIn(join(dir, JOURNAL_FOLDER))) {
    for (const { name } of entriesOf(join(dir, JOURNAL_FOLDER, topic))) {
      if (!/^\d+\.ndjson$/.test(name)) continue;
      const path = join(JOURNAL_FOLDER, topic, name);
      const into = partitions.of(topic, Number(basename(name, '.ndjson')));
      try {
        await readJournal(dir, path, into, files, findings);
      } catch (error) {
        findings.fault('torn', `${path} cannot be read: ${messageOf(error)}`);
      }
    }
  }
}

/**
 * Reads a journal twice. The first time tells what counts, for offsets may stand more than once and the later line holds;
 * the second takes the files that the lines which count name. So memory goes with the files, not with the lines.
 */
async function readJournal(
  dir: string,
  path: string,
  into: Partition,
  files: AlertFiles,
  findings: Findings,
): Promise<void> {
  into.kinds.add('json');
  const full = join(dir, path);
  const spans: Span[] = [];
  const check = new LineCheck(path, findings);
  await eachLine(full, path, (line, source, ended) => {
    check.take(line, ended);
    if (line === null || 'last' in line) return;
    if ('start' in line) {
      // Who says that it goes on, such as a redo, knows less of what comes before than who began there.
      if (line.behind !== 'journal' || !into.beginnings.has(line.start))
        into.beginnings.set(line.start, line.behind);
      return;
    }
    const [from, to] = 'from' in line ? [line.from, line.to] : [line.offset, line.offset];
    const said = 'from' in line ? line.outcome : 'saved';
    overlay(spans, { from, to, said, source });
  });
  check.end();
  const writtenMs = statSync(full).mtimeMs;
  let anew = 0;
  let begun = false;
  await eachLine(full, path, (line, source) => {
    if (line === null || 'last' in line) return;
    if ('start' in line) {
      if (line.behind === 'start' && begun) anew += 1;
      return;
    }
    begun = true;
    if (!('offset' in line) || spanAt(spans, line.offset)?.source.run !== source.run) return;
    if (line.stamp === undefined) into.alerts += 1;
    files.named(into, line, writtenMs, anew);
  });
  for (const span of spans) into.spans.push(span);
}

/** Looks at each line and its neighbours. */
class LineCheck {
  readonly #path: string;
  readonly #findings: Findings;
  #number = 0;
  /** The line before was not whole. */
  #bad: number | null = null;
  /** The line before said that reading begins here. */
  #start: number | null = null;

  constructor(path: string, findings: Findings) {
    this.#path = path;
    this.#findings = findings;
  }

  take(line: JournalLine | null, ended: boolean): void {
    this.#number += 1;
    const isStart = line !== null && 'start' in line;
    // A line that is not whole is the trace of a crash where a writer began behind it, or where it is the last.
    if (this.#bad !== null) {
      if (isStart) this.#cutOff(this.#bad);
      else this.#torn(this.#bad, 'it is no line of a journal');
    }
    if (line === null && !ended) this.#cutOff(this.#number);
    this.#bad = line === null && ended ? this.#number : null;
    if (line === null) return;
    const from = 'start' in line || 'last' in line ? null : 'from' in line ? line.from : line.offset;
    if (this.#start !== null && from !== null && from !== this.#start)
      this.#torn(this.#number, `it is of offset ${from}, behind a beginning at ${this.#start}`);
    this.#start = 'start' in line ? line.start : null;
  }

  end(): void {
    if (this.#bad !== null) this.#torn(this.#bad, 'it is no line of a journal');
  }

  #cutOff(number: number): void {
    this.#findings.note('Lines of journals that a crash cut off', `${this.#path}, line ${number}`);
  }

  #torn(number: number, why: string): void {
    this.#findings.fault('torn', `${this.#path}, line ${number}: ${why}`);
  }
}

/** @param take gets each line, null where it is not whole, and the run of lines that it belongs to. */
async function eachLine(
  full: string,
  path: string,
  take: (line: JournalLine | null, source: Source, ended: boolean) => void,
): Promise<void> {
  const runs = new Runs(path);
  const splitter = new LineSplitter((bytes) => {
    const line = parseLine(bytes.toString());
    take(line, runs.of(line), true);
  });
  for await (const chunk of createReadStream(full)) splitter.take(chunk as Buffer);
  const rest = splitter.rest();
  if (rest.length > 0) take(null, runs.of(null), false);
}

/** Tells where in a journal offsets go back: there another writer began, or the same one once more. */
class Runs {
  readonly #path: string;
  #source: Source;
  #count = 0;
  /** The last offset, and its last record. */
  #last = -1;
  #record = -1;

  constructor(path: string) {
    this.#path = path;
    this.#source = this.#begin();
  }

  of(line: JournalLine | null): Source {
    if (line === null || 'last' in line) return this.#source;
    if ('start' in line) {
      this.#source = this.#begin();
      this.#last = line.start - 1;
      return this.#source;
    }
    const [from, to] = 'from' in line ? [line.from, line.to] : [line.offset, line.offset];
    const record = 'offset' in line ? (line.record ?? 0) : 0;
    const isNext = 'offset' in line && (record > this.#record || line.stamp !== undefined);
    const goesOn = from > this.#last || (from === this.#last && isNext);
    if (!goesOn) this.#source = this.#begin();
    this.#last = to;
    this.#record = record;
    return this.#source;
  }

  #begin(): Source {
    return { name: this.#path, run: this.#count++ };
  }
}
