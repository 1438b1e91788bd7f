import { open, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ancestors } from '../ancestors.ts';
import type { Run } from '../runs.ts';
import { makeFolder, syncFolder } from '../segment/durable.ts';
import { journalEnd } from './journal-end.ts';
import { type JournalTail, journalTail } from './journal-tail.ts';
import { journalTold } from './journal-told.ts';
import { keepFiles } from './keep-files.ts';
import { formatLine, JOURNAL_FOLDER } from './line.ts';
import type { AlertLine } from './parse.ts';
import type { SyncWanted } from '../worker/write/folder.ts';
import type { PartitionNotes } from './partition-notes.ts';

const NEWLINE = 10;

/** What is to be told of a partition: all below `upTo` is finished. */
export interface Finished {
  readonly topic: string;
  readonly partition: number;
  readonly notes: PartitionNotes;
  readonly upTo: number;
}

/**
 * The journals of the one-file-per-alert output (docs/output-folder.md). They are appended to before offsets are committed, and
 * opened each time anew: a partition may belong to another process in the next moment.
 */
export class Journal {
  readonly #dir: string;
  readonly #folderOf: (topic: string) => string;
  readonly #sync: SyncWanted;
  /** Journals whose names are on the disk. */
  readonly #named = new Set<string>();

  /**
   * @param dir the output folder.
   * @param folderOf the name that a topic's folders have.
   * @param sync whether lines must be on the disk when they count as written; else the caller sees to it, by a sync of the output folder's disk.
   */
  constructor(dir: string, folderOf: (topic: string) => string, sync: SyncWanted) {
    this.#dir = dir;
    this.#folderOf = folderOf;
    this.#sync = sync;
  }

  /**
   * Writes what was noted of each partition.
   *
   * @throws Error what the system said. Then something is not written, and to be written again; the rest is.
   */
  async append(partitions: readonly Finished[]): Promise<void> {
    const results = await Promise.allSettled(partitions.map((each) => this.#appendTo(each)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** The offset behind the highest one that the journal of a partition tells of; 0: none. @throws Error what the system said. */
  endOf({ topic, partition }: Pick<Finished, 'topic' | 'partition'>): Promise<number> {
    return journalEnd(this.#pathOf(topic, partition));
  }

  /** The same of the offsets that gave a file. */
  filesEndOf({ topic, partition }: Pick<Finished, 'topic' | 'partition'>): Promise<number> {
    return journalEnd(this.#pathOf(topic, partition), 'files');
  }

  /** What the journal of a partition tells of from an offset on; see {@link journalTail}. @throws Error what the system said. */
  tailFrom(
    { topic, partition }: Pick<Finished, 'topic' | 'partition'>,
    from: number | null,
  ): Promise<JournalTail | null> {
    return journalTail(this.#pathOf(topic, partition), from);
  }

  /**
   * Makes files durable that the journal of a partition names, as far as lines need to be, and the journal too.
   *
   * @returns the first line whose file is not there, or is another; null: all are.
   */
  async keep(
    { topic, partition }: Pick<Finished, 'topic' | 'partition'>,
    files: readonly AlertLine[],
  ): Promise<AlertLine | null> {
    const missing = await keepFiles(this.#dir, files, this.#sync !== false);
    if (missing !== null || this.#sync === false) return missing;
    const path = this.#pathOf(topic, partition);
    for (const each of [path, ...ancestors(dirname(path), this.#dir)]) await syncFolder(each);
    return null;
  }

  /**
   * What the journal of a partition tells of offsets that nobody can read again, as far as the files are there that it names, and from now on durable.
   *
   * @param high no offset is beyond it: a journal that tells of more is of another topic.
   * @returns those that came to something, in order.
   * @throws Error what the system said.
   */
  async kept(at: Pick<Finished, 'topic' | 'partition'>, run: Run, high: number): Promise<readonly Run[]> {
    const { runs, files, end } = await journalTold(this.#pathOf(at.topic, at.partition), run);
    if (runs.length === 0 || end > high) return [];
    const missing = await this.keep(at, files);
    if (missing === null) return runs;
    return runs
      .map(([from, next]): Run => [from, Math.min(next, missing.offset)])
      .filter(([from, next]) => from < next);
  }

  async #appendTo({ topic, partition, notes, upTo }: Finished): Promise<void> {
    const text = notes.textBelow(upTo);
    if (text === '') return;
    try {
      await this.#write(this.#pathOf(topic, partition), text, notes);
    } catch (error) {
      notes.failed();
      throw error;
    }
    notes.written(upTo);
  }

  #pathOf(topic: string, partition: number): string {
    return join(this.#dir, JOURNAL_FOLDER, this.#folderOf(topic), `${partition}.ndjson`);
  }

  async #write(path: string, text: string, { begins, next }: PartitionNotes): Promise<void> {
    const made = await makeFolder(dirname(path));
    const handle = await open(path, 'a+');
    try {
      let before = begins && !(await endsInLine(handle)) ? '\n' : '';
      const { size, dev } = await handle.stat();
      if (size === 0) {
        this.#named.delete(path);
        // Somebody moved the old one away: of what comes before the first line of this one, that one tells.
        if (!begins) before = formatLine({ start: next, behind: 'journal' });
      }
      // In one write, so that a process that still believes the partition to be its own cannot come between.
      await handle.appendFile(before + text);
      const syncs = this.#sync === 'elsewhere' ? dev !== (await stat(this.#dir)).dev : this.#sync;
      if (!syncs) return;
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (this.#named.has(path)) return;
    for (const folder of new Set([...ancestors(dirname(path), this.#dir), ...made])) await syncFolder(folder);
    this.#named.add(path);
  }
}

async function endsInLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}
