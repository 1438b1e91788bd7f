import { closeSync, fsync, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { OutputError } from './output-error.ts';
import type { Unpublished, Unsynced } from './sink.ts';
import { Stopwatch } from '../stopwatch.ts';
import { ancestors } from '../../ancestors.ts';
import { RecentlyUsed } from '../../recently-used.ts';
import { syncFolder } from '../../sync-folder.ts';
import { removeIfThere, sweepTemporaries, temporaryName } from '../../temporary.ts';

/** Folders that are known to be there. A message may name its own: more than these are looked at anew. */
const MAX_KNOWN_FOLDERS = 10_000;

/** Whether a file must be on the disk; `elsewhere`: where its folder is a link or a mount to another disk, which a sync of the output folder's does not reach. */
export type SyncWanted = boolean | 'elsewhere';

/**
 * The output folder as one worker writes to it: whole files only, each written under a temporary name in its own
 * folder and then renamed, so that no reader ever sees part of one.
 */
export class OutputFolder {
  readonly #root: string;
  readonly #stopwatch: Stopwatch;
  readonly #writer: string;
  readonly #threadId: number;
  #deadThreads: readonly number[];
  /** With whether each is on another disk. */
  #known = new RecentlyUsed<string, boolean>(MAX_KNOWN_FOLDERS);
  #isSpread = false;
  /** Folders whose entries changed since the last {@link syncFolders}, and must be made durable by it. */
  readonly #touched = new Set<string>();
  #count = 0;

  /**
   * @param writer this process, as {@link newWriter} names it.
   * @param deadThreads earlier workers of this process, whose leavings may be swept.
   * @param stopwatch is told how long writing takes.
   */
  constructor(
    root: string,
    writer: string,
    threadId: number,
    deadThreads: readonly number[],
    stopwatch: Stopwatch = new Stopwatch(),
  ) {
    this.#root = root;
    this.#stopwatch = stopwatch;
    this.#writer = writer;
    this.#threadId = threadId;
    this.#deadThreads = deadThreads;
  }

  /**
   * Writes a file under a temporary name.
   *
   * @param relativePath where it will be, below the output folder; already escaped.
   * @param wanted whether its bytes must be on the disk when this returns, and its name after the next {@link syncFolders}.
   * @throws OutputError
   */
  write(relativePath: string, bytes: Uint8Array, wanted: SyncWanted): Unpublished {
    const { path, temporary, file, sync } = this.#writeTemporary(relativePath, bytes, wanted);
    try {
      this.#stopwatch.syncing(() => {
        syncAndClose(file, sync);
      });
    } catch (error) {
      discardTemporary(temporary);
      throw new OutputError(path, error);
    }
    return {
      path,
      publish: () => {
        this.#publish(path, temporary, sync);
      },
      discard: () => {
        discardTemporary(temporary);
      },
    };
  }

  /**
   * Writes a file under a temporary name and begins to sync it. Several at a time take hardly longer than one, because the disk's journal is
   * written for all of them together. Each keeps a descriptor until then.
   *
   * @throws OutputError
   */
  writeAhead(relativePath: string, bytes: Uint8Array): Unsynced {
    const { path, temporary, file } = this.#writeTemporary(relativePath, bytes, true);
    const synced = syncAheadAndClose(file);
    // Who publishes hears of it; who discards does not care.
    synced.catch(() => undefined);
    return {
      publish: async () => {
        try {
          await this.#stopwatch.waitingForSync(synced);
        } catch (error) {
          discardTemporary(temporary);
          throw new OutputError(path, error);
        }
        this.#publish(path, temporary, true);
      },
      discard: () => {
        discardTemporary(temporary);
      },
    };
  }

  /** Another worker of this process has died: what it left is swept from each folder before something is written there again. */
  buried(threadId: number): void {
    this.#deadThreads = [...this.#deadThreads, threadId];
    this.#known = new RecentlyUsed<string, boolean>(MAX_KNOWN_FOLDERS);
  }

  /** Whether it has come to folders on another disk than its own. */
  get isSpread(): boolean {
    return this.#isSpread;
  }

  /** Makes the names given since the last call durable. @throws OutputError */
  syncFolders(): void {
    for (const folder of this.#touched) {
      try {
        this.#stopwatch.syncing(() => {
          syncFolder(folder);
        });
      } catch (error) {
        // Somebody took it away. What was in it is written again, into a new one; this one will never be there again.
        if (isGone(error)) this.#touched.delete(folder);
        throw new OutputError(folder, error);
      }
    }
    this.#touched.clear();
  }

  /** @returns with whether it is to be synced, and its folders' entries too. @throws OutputError */
  #writeTemporary(
    relativePath: string,
    bytes: Uint8Array,
    wanted: SyncWanted,
  ): { path: string; temporary: string; file: number; sync: boolean } {
    const path = join(this.#root, relativePath);
    const folder = dirname(path);
    const temporary = join(folder, temporaryName(this.#writer, this.#threadId, this.#count++));
    try {
      let isElsewhere = false;
      const file = this.#stopwatch.writing(() => {
        isElsewhere = this.#known.get(folder) ?? this.#prepare(folder, wanted);
        try {
          return this.#writeWhole(temporary, bytes);
        } catch (error) {
          if (!isGone(error)) throw error;
          // Somebody removed the folder while we were at it. That is theirs to do; we make it again.
          isElsewhere = this.#prepare(folder, wanted);
          return this.#writeWhole(temporary, bytes);
        }
      });
      return { path, temporary, file, sync: wanted === 'elsewhere' ? isElsewhere : wanted };
    } catch (error) {
      discardTemporary(temporary);
      throw new OutputError(path, error);
    }
  }

  /** Gives a file its name, replacing what had it. @throws OutputError */
  #publish(path: string, temporary: string, sync: boolean): void {
    try {
      this.#stopwatch.writing(() => {
        renameSync(temporary, path);
      });
    } catch (error) {
      discardTemporary(temporary);
      throw new OutputError(path, error);
    }
    if (sync) this.#touched.add(dirname(path));
  }

  /** @returns whether it is on another disk. */
  #prepare(folder: string, wanted: SyncWanted): boolean {
    const firstMade = mkdirSync(folder, { recursive: true });
    const isElsewhere = statSync(folder).dev !== statSync(this.#root).dev;
    if (isElsewhere) this.#isSpread = true;
    const sync = wanted === 'elsewhere' ? isElsewhere : wanted;
    if (sync) for (const each of ancestors(folder, this.#root)) this.#touched.add(each);
    // The output folder itself was gone.
    if (sync && firstMade !== undefined)
      for (let at = this.#root; at.length >= firstMade.length; at = dirname(at))
        this.#touched.add(dirname(at));
    if (this.#known.get(folder) === undefined) sweepTemporaries(folder, this.#writer, this.#deadThreads);
    this.#known.set(folder, isElsewhere);
    return isElsewhere;
  }

  /** @returns its descriptor. */
  #writeWhole(path: string, bytes: Uint8Array): number {
    const file = openSync(path, 'wx');
    try {
      for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }
}

function syncAndClose(file: number, sync: boolean): void {
  try {
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

async function syncAheadAndClose(file: number): Promise<void> {
  try {
    await promisify(fsync)(file);
  } finally {
    closeSync(file);
  }
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function discardTemporary(path: string): void {
  try {
    removeIfThere(path);
  } catch {
    // A leftover temporary is no harm: the next process to write here sweeps it.
  }
}
