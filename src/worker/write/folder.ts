import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OutputError } from './output-error.ts';
import type { Unpublished } from './sink.ts';
import { Stopwatch } from '../stopwatch.ts';
import { removeIfThere, sweepTemporaries, temporaryName } from '../../temporary.ts';

/**
 * The output folder as one worker writes to it: whole files only, each written under a temporary name in its own
 * folder and then renamed, so that no reader ever sees part of one.
 */
export class OutputFolder {
  readonly #root: string;
  readonly #stopwatch: Stopwatch;
  readonly #writer: string;
  readonly #threadId: number;
  readonly #deadThreads: readonly number[];
  readonly #known = new Set<string>();
  /** Folders whose entries changed since the last {@link syncFolders}. */
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
   * @param sync whether its bytes must be on the disk when this returns.
   * @throws OutputError
   */
  write(relativePath: string, bytes: Uint8Array, sync: boolean): Unpublished {
    const path = join(this.#root, relativePath);
    const folder = dirname(path);
    const temporary = join(folder, temporaryName(this.#writer, this.#threadId, this.#count++));
    const startMs = performance.now();
    try {
      if (!this.#known.has(folder)) this.#prepare(folder);
      try {
        this.#writeWhole(temporary, bytes, sync);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        // Somebody removed the folder while we were at it. That is theirs to do; we make it again.
        this.#prepare(folder);
        this.#writeWhole(temporary, bytes, sync);
      }
    } catch (error) {
      discardTemporary(temporary);
      throw new OutputError(path, error);
    } finally {
      this.#stopwatch.writeMs += performance.now() - startMs;
    }
    return {
      path,
      publish: () => {
        this.#publish(path, temporary);
      },
      discard: () => {
        discardTemporary(temporary);
      },
    };
  }

  /** Makes the names given since the last call durable. @throws OutputError */
  syncFolders(): void {
    const startMs = performance.now();
    for (const folder of this.#touched) syncFolder(folder);
    this.#touched.clear();
    this.#stopwatch.syncMs += performance.now() - startMs;
  }

  /** Gives a file its name, replacing what had it. @throws OutputError */
  #publish(path: string, temporary: string): void {
    const startMs = performance.now();
    try {
      renameSync(temporary, path);
      this.#stopwatch.writeMs += performance.now() - startMs;
    } catch (error) {
      discardTemporary(temporary);
      throw new OutputError(path, error);
    }
    this.#touched.add(dirname(path));
  }

  #prepare(folder: string): void {
    const firstMade = mkdirSync(folder, { recursive: true });
    // A new folder is durable when the one that holds it is: up to the first that was there before.
    if (firstMade !== undefined) {
      for (let at = folder; at.length >= firstMade.length; at = dirname(at)) this.#touched.add(dirname(at));
    }
    if (!this.#known.has(folder)) sweepTemporaries(folder, this.#writer, this.#deadThreads);
    this.#known.add(folder);
  }

  #writeWhole(path: string, bytes: Uint8Array, sync: boolean): void {
    const file = openSync(path, 'wx');
    try {
      for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
      if (!sync) return;
      const startMs = performance.now();
      fsyncSync(file);
      const tookMs = performance.now() - startMs;
      this.#stopwatch.syncMs += tookMs;
      this.#stopwatch.writeMs -= tookMs;
    } finally {
      closeSync(file);
    }
  }
}

function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new OutputError(folder, error);
  }
}

function discardTemporary(path: string): void {
  try {
    removeIfThere(path);
  } catch {
    // A leftover temporary is no harm: the next process to write here sweeps it.
  }
}
