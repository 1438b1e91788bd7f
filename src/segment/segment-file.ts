import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Crc32c } from '../checksum.ts';
import { type Finisher, FinishError } from '../finish/finisher.ts';
import type { Finished, FinishForm } from '../finish/messages.ts';
import { isLoose } from '../worker/write/loose-records.ts';
import type { Descriptors } from './descriptors.ts';
import { makeFolder } from './durable.ts';

const RETRY_MS = 1_000;

/** What a {@link SegmentFile} needs and tells. */
export interface SegmentFileOptions {
  readonly folder: string;
  readonly temporary: string;
  /** What every file of this kind begins with. */
  readonly head: Uint8Array;
  /** The file could not be written; it is tried again every second. null: now it could. */
  readonly onTrouble: (error: NodeJS.ErrnoException | null) => void;
  /** Bounds how many files are held open; null: this one is held as long as it grows. */
  readonly descriptors: Descriptors | null;
  /** Gives loose records their form when they are whole; null: this output has none. */
  readonly finishing: Finishing | null;
}

/** How a file of loose records becomes the one that readers see. */
export interface Finishing {
  readonly finisher: Finisher;
  readonly form: FinishForm;
  /** A name for the new file, unlike any other. */
  readonly newTemporary: () => string;
}

/**
 * The bytes of a segment that is being written, under its temporary name. Each write says where it goes, so one that failed half way,
 * as on a full disk, is done again in the same place.
 */
export class SegmentFile {
  #temporary: string;
  /** Folders that must be synced because this file's folder was made. */
  readonly newlyMade: string[] = [];
  readonly #options: SegmentFileOptions;
  readonly #crc = new Crc32c();
  #head: Uint8Array;
  #bytes = 0;
  #handle: FileHandle | null = null;
  #created = false;
  #restFailure: Error | null = null;
  #written: Promise<void> = Promise.resolve();
  #unwritten = 0;
  #begun = false;
  #isInLine = false;
  #finished: Finished | null = null;
  #givenUp = false;

  constructor(options: SegmentFileOptions) {
    this.#options = options;
    this.#temporary = options.temporary;
    this.#head = options.head;
  }

  /** What it begins with. It can be set until something is appended. */
  get head(): Uint8Array {
    return this.#head;
  }

  set head(head: Uint8Array) {
    if (!this.#begun) this.#head = head;
  }

  /** Its name until it is published. */
  get temporary(): string {
    return this.#temporary;
  }

  /** Bytes of the file, written or not. */
  get bytes(): number {
    return this.#finished?.bytes ?? this.#bytes;
  }

  /** Bytes that wait for being written, or for a thread that gives them their form: whoever brings more of them must wait too. */
  get unwritten(): number {
    return this.#unwritten + (this.#isInLine ? this.#bytes : 0);
  }

  get crc32c(): string {
    return this.#finished?.crc32c ?? String(this.#crc);
  }

  /**
   * Puts bytes at the end. They are the file's until they are written.
   *
   * @param checksum their CRC32C.
   */
  append(bytes: Uint8Array, checksum: number, onWritten: () => void): void {
    if (!this.#begun) this.#begin();
    this.#put(bytes, checksum, onWritten);
  }

  #put(bytes: Uint8Array, checksum: number, onWritten: () => void): void {
    const position = this.#bytes;
    this.#bytes += bytes.byteLength;
    this.#unwritten += bytes.byteLength;
    this.#crc.addChecked(checksum, bytes.byteLength);
    this.#written = this.#written.then(async () => {
      await this.#write(bytes, position);
      this.#unwritten -= bytes.byteLength;
      onWritten();
    });
    this.#options.descriptors?.used(this);
  }

  /**
   * Gives its descriptor back until there is more to write. What is written by then is synced: an error that the system reports later may never
   * reach another descriptor.
   */
  rest(sync: boolean): void {
    this.#written = this.#written
      .then(() => this.#close(sync))
      .catch((error: unknown) => {
        this.#restFailure ??= error as Error;
      });
  }

  /** Waits until all is written; with `sync`, until it is on the disk. @throws the system's error when the disk does not confirm. */
  async complete(sync: boolean): Promise<void> {
    await this.#written;
    if (this.#givenUp) throw new Error('the segment was given up');
    const { finishing } = this.#options;
    const isLooseFile = finishing !== null && isLoose(this.#head);
    await this.#close(sync && !isLooseFile);
    if (this.#restFailure !== null) throw this.#restFailure;
    if (isLooseFile) await this.#finish(finishing, sync);
  }

  /** Tries until there is room, or until the file is not wanted any more. */
  async #finish({ finisher, form, newTemporary }: Finishing, sync: boolean): Promise<void> {
    const { folder, onTrouble } = this.#options;
    const loose = join(folder, this.#temporary);
    const name = newTemporary();
    const job = { from: loose, crc32c: this.crc32c, to: join(folder, name), form, sync };
    for (let failed = false; ; failed = true) {
      try {
        this.#isInLine = true;
        const finished = await finisher.finish(
          job,
          () => !this.#givenUp,
          () => {
            this.#isInLine = false;
          },
        );
        if (failed) onTrouble(null);
        this.#finished = finished;
        this.#temporary = name;
        await unlink(loose);
        return;
      } catch (error) {
        await unlink(job.to).catch(() => undefined);
        if (!(error instanceof FinishError && error.retryable) || this.#isGivenUp()) throw error;
        onTrouble(error);
        await sleep(RETRY_MS);
      }
    }
  }

  /** It changes while we wait, behind the compiler's back. */
  #isGivenUp(): boolean {
    return this.#givenUp;
  }

  /** It is not wanted any more: nothing is tried again. */
  giveUp(): void {
    this.#givenUp = true;
  }

  /** Throws the file away. */
  async discard(): Promise<void> {
    this.giveUp();
    await this.#written;
    await this.#close(false).catch(() => undefined);
    await unlink(join(this.#options.folder, this.temporary)).catch(() => undefined);
  }

  /** A file is there from its first byte on. */
  #begin(): void {
    this.#begun = true;
    this.#put(this.#head, new Crc32c().add(this.#head).value, () => undefined);
  }

  /** Tries until it succeeds, or until the file is not wanted any more. */
  async #write(bytes: Uint8Array, position: number): Promise<void> {
    let failed = false;
    while (!this.#givenUp) {
      try {
        this.#handle ??= await this.#open();
        for (let done = 0; done < bytes.byteLength; ) {
          const { bytesWritten } = await this.#handle.write(
            bytes,
            done,
            bytes.byteLength - done,
            position + done,
          );
          done += bytesWritten;
        }
        if (failed) this.#options.onTrouble(null);
        return;
      } catch (error) {
        // It was moved away while it rested: no later try brings back what was in it.
        if (this.#handle === null && this.#created && (error as NodeJS.ErrnoException).code === 'ENOENT') {
          this.#restFailure ??= error as Error;
          return;
        }
        failed = true;
        this.#options.onTrouble(error as NodeJS.ErrnoException);
        await sleep(RETRY_MS);
      }
    }
  }

  async #open(): Promise<FileHandle> {
    const { folder } = this.#options;
    const path = join(folder, this.temporary);
    await this.#options.descriptors?.take(this);
    try {
      return await this.#openAt(path);
    } catch (error) {
      this.#options.descriptors?.give(this);
      throw error;
    }
  }

  async #openAt(path: string): Promise<FileHandle> {
    const { folder } = this.#options;
    // What was written of it before must still be there.
    if (this.#created) return open(path, 'r+');
    this.newlyMade.push(...(await makeFolder(folder)));
    const handle = await open(path, 'wx');
    this.#created = true;
    return handle;
  }

  async #close(sync: boolean): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    if (handle === null) return;
    try {
      if (sync) await handle.sync();
    } finally {
      // Also where close() fails, as a full disk far away may tell so: the descriptor is gone then as well.
      await handle.close().finally(() => {
        this.#options.descriptors?.give(this);
      });
    }
  }
}
