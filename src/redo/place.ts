import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c } from '../checksum.ts';
import { JOURNAL_FOLDER } from '../journal/line.ts';
import { parseLine } from '../journal/parse.ts';
import { filesOf, isRecordName, parseRecord, type RangeRecord, recordName } from '../segment/record.ts';
import { namingFolders } from '../segment/recover.ts';
import { LineSplitter } from '../verify/lines.ts';
import { foldersIn } from '../verify/tree.ts';
import type { Message } from '../worker/message.ts';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';
import { type LetterPlace, letterPlaces } from './letter.ts';

/** What a journal says of the files of its partition. */
export interface Journaled {
  /** The highest offset that it tells of. */
  readonly last: number;
  /** The highest offset that was saved under each path, since the topic was begun anew. */
  readonly paths: Map<string, number>;
  /** The same before that, when it may have been another topic. */
  readonly earlierPaths: ReadonlyMap<string, number>;
  /** The files of each letter's offset that was saved, as the last lines of it say; null: it was filtered. */
  readonly settled: ReadonlyMap<number, readonly string[] | null>;
  /** Letters' offsets that it tells of again from a beginning at a group's start on, and not as dead since: the topic may be another one. */
  readonly renewed: ReadonlySet<number>;
}

/**
 * Where the alerts of a dead letter belong.
 *
 *     segment   its offset is covered by a segment that does not hold its alert, and stays as it is: beside it
 *     settled   a segment or the journal has its alert, or says that none was wanted: a later attempt went well
 *     moved     the same, but the segment's files are not there
 *     other     the same offset, but of another message: the topic was made again, and the letter is of the earlier one
 *     unknown   the same offset, and nobody can say whether of the same message
 *     earlier   the journal has its offset, behind a beginning that came after other lines: nobody can say either
 *     journal   it belongs to the one-file-per-alert output
 *     plain     the same, from before there were journals
 *     open      the folder has a journal or segments that do not tell of it yet: a run was cut off, and the next one comes to it again
 */
export type Place =
  | { readonly kind: 'segment' }
  /** With the folders of segments whose entries must be on the disk before the letter may go. */
  | { readonly kind: 'settled'; readonly folders: ReadonlySet<string> }
  | { readonly kind: 'moved' }
  | { readonly kind: 'other' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'earlier' }
  | { readonly kind: 'plain' }
  | { readonly kind: 'open' }
  | ({ readonly kind: 'journal' } & Journaled);

/** Finds it, reading each partition's journal once. */
export class Places {
  readonly #dir: string;
  readonly #journals = new Map<string, Journaled | null>();
  /** Letters by topic, of which each may have many partitions. */
  readonly #ofTopics = new Map<string, readonly LetterPlace[]>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @param folder the topic as folders name it. @throws Error, RecordError */
  async of(folder: string, message: Message): Promise<Place> {
    const { partition, offset } = message;
    const below = `${folder}/${partition}`;
    const covered = this.#recordOf(join(this.#dir, below), offset);
    if (covered !== null && covered !== 'open') return this.#beside(below, covered, message);
    const journal = await this.#journal(folder, partition);
    if (journal !== null && journal.last >= offset) {
      const paths = journal.settled.get(offset);
      // A line is written before the offset is committed: what a power cut takes of its files comes again from the broker.
      if (paths === null || paths?.every((path) => existsSync(join(this.#dir, path))) === true)
        return journal.renewed.has(offset) ? { kind: 'earlier' } : { kind: 'settled', folders: new Set() };
      return { kind: 'journal', ...journal };
    }
    if (journal === null && covered === null) return { kind: 'plain' };
    return { kind: 'open' };
  }

  /** Another partition, as the journal is called below `_journal`, that saved an alert under a path; null: none did. */
  async savedElsewhere(path: string): Promise<string | null> {
    const root = join(this.#dir, JOURNAL_FOLDER);
    for (const folder of existsSync(root) ? foldersIn(root) : [])
      for (const file of readdirSync(join(root, folder))) {
        const [, partition] = /^(\d+)\.ndjson$/.exec(file) ?? [];
        if (partition === undefined) continue;
        const journal = await this.#journal(folder, Number(partition));
        if (journal?.paths.has(path) === true || journal?.earlierPaths.has(path) === true)
          return `${folder}/${partition}`;
      }
    return null;
  }

  /** An attempt that skipped the message, or came when it had expired, has left the letter as the only copy. */
  #beside(below: string, record: RangeRecord, message: Message): Place {
    const { offset } = message;
    const why = record.absent.find(([, from, to]) => from <= offset && offset <= to)?.[0];
    if (why !== undefined && why !== 'filtered') return { kind: 'segment' };
    const files = filesOf(record, below);
    if (why === undefined && !files.every(({ path }) => existsSync(join(this.#dir, path))))
      return { kind: 'moved' };
    const isSame = covers(record, message);
    if (isSame !== true) return { kind: isSame === null ? 'unknown' : 'other' };
    return { kind: 'settled', folders: namingFolders({ root: this.#dir, below }, record) };
  }

  /** The record that covers an offset; open: none does yet; null: there are no segments. */
  #recordOf(path: string, offset: number): RangeRecord | 'open' | null {
    if (!existsSync(path)) return null;
    const names = readdirSync(path).filter(isRecordName);
    if (names.length === 0) return null;
    const name = names.sort().findLast((each) => each <= recordName(offset));
    if (name === undefined) return 'open';
    const record = parseRecord(readFileSync(join(path, name), 'utf8'));
    return record.last < offset ? 'open' : record;
  }

  async #journal(folder: string, partition: number): Promise<Journaled | null> {
    const path = join(this.#dir, JOURNAL_FOLDER, folder, `${partition}.ndjson`);
    let known = this.#journals.get(path);
    if (known === undefined)
      this.#journals.set(
        path,
        (known = existsSync(path) ? await readJournal(path, this.#letters(folder, partition)) : null),
      );
    return known;
  }

  /** Offsets of a partition that there are letters of. */
  #letters(folder: string, partition: number): Set<number> {
    let ofTopic = this.#ofTopics.get(folder);
    if (ofTopic === undefined) {
      ofTopic = existsSync(join(this.#dir, DEAD_LETTER_FOLDER, folder))
        ? letterPlaces(this.#dir, folder)
        : [];
      this.#ofTopics.set(folder, ofTopic);
    }
    return new Set(ofTopic.filter((at) => at.partition === partition).map(({ offset }) => offset));
  }
}

/**
 * Whether a record of the message's offset is of this very message: a topic that was made again has another one there. It knows its last
 * message, and of the others the times. Null: it does not say.
 */
function covers(
  { lastMessage, timestampsMs }: RangeRecord,
  { offset, timestampMs, value }: Message,
): boolean | null {
  if (lastMessage?.offset === offset)
    return lastMessage.timestampMs === timestampMs && lastMessage.crc32c === crc32c(value);
  if (timestampsMs === undefined || timestampMs < 0) return null;
  const [earliest, latest] = timestampsMs;
  return earliest <= timestampMs && timestampMs <= latest;
}

async function readJournal(path: string, letters: ReadonlySet<number>): Promise<Journaled> {
  const settled = new Map<number, string[] | null>();
  const paths = new Map<string, number>();
  const earlierPaths = new Map<string, number>();
  const renewed = new Set<number>();
  let last = -1;
  const splitter = new LineSplitter((bytes) => {
    const line = parseLine(bytes.toString());
    if (line === null || 'last' in line) return;
    if ('start' in line) {
      if (line.behind !== 'start' || last < 0) return;
      for (const offset of letters) if (offset >= line.start) renewed.add(offset);
      for (const [path, offset] of paths) noteHighest(earlierPaths, path, offset);
      paths.clear();
      return;
    }
    last = Math.max(last, 'from' in line ? line.to : line.offset);
    if ('from' in line) {
      for (const offset of within(letters, line.from, line.to)) {
        if (line.outcome === 'filtered') settled.set(offset, null);
        else settled.delete(offset);
        // The letter is of this message, whatever was in its place.
        if (line.outcome === 'dead') renewed.delete(offset);
      }
      return;
    }
    noteHighest(paths, line.path, line.offset);
    if (letters.has(line.offset)) settled.set(line.offset, [...(settled.get(line.offset) ?? []), line.path]);
  });
  for await (const chunk of createReadStream(path)) splitter.take(chunk as Buffer);
  return { last, paths, earlierPaths, settled, renewed };
}

function noteHighest(paths: Map<string, number>, path: string, offset: number): void {
  paths.set(path, Math.max(offset, paths.get(path) ?? -1));
}

/** Those of some offsets that lie in a run, which may be a long one. */
function within(offsets: ReadonlySet<number>, from: number, to: number): number[] {
  if (to - from > offsets.size) return [...offsets].filter((offset) => from <= offset && offset <= to);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((offset) => offsets.has(offset));
}
