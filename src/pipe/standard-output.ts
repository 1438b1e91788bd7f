import { write } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import { PartitionLines } from './partition-lines.ts';

const STANDARD_OUTPUT = 1;
/** A pipe that somebody else set to non-blocking says that it is full instead of waiting. */
const FULL_MS = 10;

const writeTo = promisify(write);

/** Who is told. */
export interface StandardOutputOptions {
  /** The pipe has taken all below this offset. */
  readonly onTaken: (at: PartitionProgress, next: number) => void;
  /** Nobody reads the pipe any more (null), or it cannot be written to. */
  readonly onClosed: (error: NodeJS.ErrnoException | null) => void;
}

/**
 * Alerts on standard output. A write waits in a thread of its own for as long as the reader takes, never in the main one, which has to poll.
 */
export class StandardOutput {
  readonly #options: StandardOutputOptions;
  readonly #partitions = new Map<PartitionProgress, PartitionLines>();
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: StandardOutputOptions) {
    this.#options = options;
  }

  /** Bytes that came from workers and that the pipe has not taken yet. */
  get bytesWaiting(): number {
    let bytes = 0;
    for (const each of this.#partitions.values()) bytes += each.bytesWaiting;
    return bytes;
  }

  of(at: PartitionProgress): PartitionLines | undefined {
    return this.#partitions.get(at);
  }

  /** A partition is read from its durable mark on. */
  begin(at: PartitionProgress): void {
    const lines = new PartitionLines(at.durable, {
      write: (bytes, wanted) => this.#write(bytes, wanted),
      onTaken: (next) => {
        this.#options.onTaken(at, next);
      },
    });
    this.#partitions.set(at, lines);
  }

  /** What is finished of these partitions counts as taken when what was written before it is. */
  close(partitions: readonly PartitionProgress[]): void {
    for (const at of partitions) this.of(at)?.close(at.finished);
  }

  /** Drops what was not begun to be written of a partition. */
  abandon(at: PartitionProgress): Promise<void> {
    this.of(at)?.abandon();
    this.#partitions.delete(at);
    return Promise.resolve();
  }

  /** @returns whether the pipe has taken all of it. */
  #write(bytes: Uint8Array, wanted: () => boolean): Promise<boolean> {
    const taken = this.#last.then(() => wanted() && this.#writeWhole(bytes));
    this.#last = taken.then(() => undefined);
    return taken;
  }

  async #writeWhole(bytes: Uint8Array): Promise<boolean> {
    for (let done = 0; done < bytes.byteLength && !this.#closed; ) {
      try {
        done += (await writeTo(STANDARD_OUTPUT, bytes, done)).bytesWritten;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') {
          await sleep(FULL_MS);
        } else {
          this.#closed = true;
          this.#options.onClosed(code === 'EPIPE' ? null : (error as NodeJS.ErrnoException));
        }
      }
    }
    return !this.#closed;
  }
}
