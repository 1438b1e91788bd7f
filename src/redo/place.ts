import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JOURNAL_FOLDER } from '../journal/line.ts';
import { parseLine } from '../journal/parse.ts';
import { parseRecord, RECORD_EXTENSION, recordName } from '../segment/record.ts';
import { LineSplitter } from '../verify/lines.ts';

/** What a journal says of the files of its partition. */
export interface Journaled {
  /** The highest offset that it tells of. */
  readonly last: number;
  /** The highest offset that was saved under each path. */
  readonly paths: Map<string, number>;
}

/**
 * Where the alerts of a dead letter belong.
 *
 *     segment   its offset is covered by a segment, which stays as it is: beside it
 *     settled   the same, but the segment holds its alert, or says that none was wanted: a later attempt went well
 *     journal   it belongs to the one-file-per-alert output
 *     plain     the same, from before there were journals
 *     open      the folder has a journal or segments that do not tell of it yet: a run was cut off, and the next one comes to it again
 */
export type Place =
  | { readonly kind: 'segment' }
  | { readonly kind: 'settled' }
  | { readonly kind: 'plain' }
  | { readonly kind: 'open' }
  | ({ readonly kind: 'journal' } & Journaled);

/** Finds it, reading each partition's journal once. */
export class Places {
  readonly #dir: string;
  readonly #journals = new Map<string, Journaled | null>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @param folder the topic as folders name it. @throws Error, RecordError */
  async of(folder: string, partition: number, offset: number): Promise<Place> {
    const covered = this.#inSegment(join(this.#dir, folder, String(partition)), offset);
    if (covered === 'dead') return { kind: 'segment' };
    if (covered === 'settled') return { kind: 'settled' };
    const journal = await this.#journal(folder, partition);
    if (journal !== null && journal.last >= offset) return { kind: 'journal', ...journal };
    if (journal === null && covered === null) return { kind: 'plain' };
    return { kind: 'open' };
  }

  /** null: there are no segments. */
  #inSegment(path: string, offset: number): 'dead' | 'settled' | 'open' | null {
    if (!existsSync(path)) return null;
    const names = readdirSync(path).filter(
      (name) => /^\d{20}\./.test(name) && name.endsWith(RECORD_EXTENSION),
    );
    if (names.length === 0) return null;
    const name = names.sort().findLast((each) => each <= recordName(offset));
    if (name === undefined) return 'open';
    const { last, absent } = parseRecord(readFileSync(join(path, name), 'utf8'));
    if (last < offset) return 'open';
    const isDead = absent.some(([why, from, to]) => why === 'dead' && from <= offset && offset <= to);
    return isDead ? 'dead' : 'settled';
  }

  async #journal(folder: string, partition: number): Promise<Journaled | null> {
    const path = join(this.#dir, JOURNAL_FOLDER, folder, `${partition}.ndjson`);
    let known = this.#journals.get(path);
    if (known === undefined)
      this.#journals.set(path, (known = existsSync(path) ? await readJournal(path) : null));
    return known;
  }
}

async function readJournal(path: string): Promise<Journaled> {
  const paths = new Map<string, number>();
  let last = -1;
  const splitter = new LineSplitter((bytes) => {
    const line = parseLine(bytes.toString());
    if (line === null || 'start' in line) return;
    last = Math.max(last, 'from' in line ? line.to : line.offset);
    if ('offset' in line) paths.set(line.path, Math.max(line.offset, paths.get(line.path) ?? -1));
  });
  for await (const chunk of createReadStream(path)) splitter.take(chunk as Buffer);
  return { last, paths };
}
