import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { release } from '../../release.ts';

/** More than one worker fills before its first chunks are written. */
const MAX_FREE_BYTES = 16_000_000;

/**
 * Memory for chunks, used again and again: it goes to the main thread with a chunk, and comes back through a port once the chunk is written.
 * New memory for each chunk costs more than filling it: the system clears every page, and each 64 MB the garbage collector marks the whole heap.
 */
export class ChunkMemory {
  readonly #returns: MessagePort;
  readonly #pieceBytes: number;
  readonly #free: ArrayBuffer[] = [];
  #freeBytes = 0;

  /**
   * @param returns where memory comes back. It is asked, not listened to: a batch is worked on without a pause.
   * @param pieceBytes what a chunk usually needs; no piece is smaller.
   */
  constructor(returns: MessagePort, pieceBytes: number) {
    this.#returns = returns;
    this.#pieceBytes = pieceBytes;
  }

  /** At least so many bytes, with whatever is in them: the smallest piece that has them. */
  take(bytes: number): ArrayBuffer {
    this.#fetch();
    let best: ArrayBuffer | undefined;
    for (const piece of this.#free)
      if (piece.byteLength >= bytes && piece.byteLength < (best?.byteLength ?? Infinity)) best = piece;
    if (best === undefined) return new ArrayBuffer(Math.max(bytes, this.#pieceBytes));
    this.#free.splice(this.#free.indexOf(best), 1);
    this.#freeBytes -= best.byteLength;
    return best;
  }

  /** Nobody looks at it any more. */
  giveBack(memory: ArrayBuffer): void {
    if (memory.byteLength < this.#pieceBytes) return;
    this.#free.push(memory);
    this.#freeBytes += memory.byteLength;
    const surplus: ArrayBuffer[] = [];
    while (this.#freeBytes > MAX_FREE_BYTES) {
      // What has not been asked for longest is of a size that is not asked for.
      const oldest = this.#free.shift();
      if (oldest === undefined) break;
      this.#freeBytes -= oldest.byteLength;
      surplus.push(oldest);
    }
    release(surplus);
  }

  #fetch(): void {
    for (;;) {
      const returned = receiveMessageOnPort(this.#returns) as { message: ArrayBuffer } | undefined;
      if (returned === undefined) return;
      this.giveBack(returned.message);
    }
  }
}
