import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { KnownMessage } from '../broker/start-position.ts';
import { joinedRuns } from '../runs.ts';
import { lastToldBy } from './line.ts';
import { type AlertLine, type JournalLine, parseLine } from './parse.ts';

/** So many files are looked at: what a power cut takes was written last. */
const MOST_FILES = 100_000;

/** What a journal tells of a partition, from an offset on. */
export interface JournalTail {
  /** The offset behind the last one that it tells of. */
  readonly next: number;
  /** The first and the last of the first offsets before `next` that it does not tell of; null: it tells of all. */
  readonly hole: readonly [from: number, to: number] | null;
  /** The last message that it knows; null: none, for it is from before they were noted. */
  readonly lastMessage: KnownMessage | null;
  /** The lines that tell what the files hold which it names, in offset order. */
  readonly files: readonly AlertLine[];
}

/**
 * Reads it, lines that are not whole aside. What stands before a beginning at the group's start does not count: it may be of an earlier topic of the name.
 *
 * @param from null: where the last offsets begin that it tells of without a hole.
 * @returns null: it ends before that offset, or is not there.
 */
export async function journalTail(path: string, from: number | null): Promise<JournalTail | null> {
  const tail = new Tail(from ?? 0);
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const text of lines) {
      // The last one before it may be known by its message.
      if ((lastToldBy(text) ?? tail.from) < tail.from - 1) continue;
      const line = parseLine(text);
      if (line !== null) tail.take(line);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return tail.end(from === null);
}

class Tail {
  readonly from: number;
  /** Runs of offsets, from the first to the one behind the last; those that touch are not joined yet. */
  #runs: [from: number, next: number][] = [];
  #lastMessage: KnownMessage | null = null;
  /** By their paths: a name holds the content of its highest offset. Those that were told of last come last. */
  readonly #files = new Map<string, AlertLine>();

  constructor(from: number) {
    this.from = from;
  }

  take(line: JournalLine): void {
    if ('start' in line) {
      if (line.behind === 'start') {
        this.#runs = [];
        this.#lastMessage = null;
        this.#files.clear();
      }
      // Whatever was before it the broker had no longer.
      if (line.behind === 'expired') this.#add(0, line.start);
    } else if ('last' in line) {
      const { last: offset, timestampMs, bytes, crc32c } = line;
      if (offset >= (this.#lastMessage?.offset ?? 0))
        this.#lastMessage = { offset, timestampMs, bytes, crc32c };
    } else if ('from' in line) {
      this.#add(line.from, line.to + 1);
    } else {
      this.#add(line.offset, line.offset + 1);
      if (line.offset >= this.from) this.#file(line);
    }
  }

  end(anyBegin: boolean): JournalTail | null {
    const runs = joinedRuns(this.#runs);
    const last = runs.at(-1);
    if (last === undefined || last[1] < this.from) return null;
    const [, next] = last;
    const files = [...this.#files.values()].sort((a, b) => a.offset - b.offset);
    const told = { next, lastMessage: this.#lastMessage, files };
    if (anyBegin || next === this.from) return { ...told, hole: null };
    const covered = runs.find(([from, to]) => from <= this.from && this.from < to)?.[1] ?? this.from;
    if (covered === next) return { ...told, hole: null };
    const behind = runs.find(([from]) => from > covered)?.[0] ?? next;
    return { ...told, hole: [covered, behind - 1] };
  }

  #file(line: AlertLine): void {
    if ((this.#files.get(line.path)?.offset ?? -1) > line.offset) return;
    this.#files.delete(line.path);
    this.#files.set(line.path, line);
    const [oldest] = this.#files.keys();
    if (this.#files.size > MOST_FILES && oldest !== undefined) this.#files.delete(oldest);
  }

  #add(from: number, next: number): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && last[0] <= from && from <= last[1]) last[1] = Math.max(last[1], next);
    else this.#runs.push([from, next]);
  }
}
