import { collect } from '../collect.ts';

/** Memory is made in multiples of it, */
const STEP_BYTES = 16 * 1024;
/** and in so many sizes from one power of two to the next, so that batches of about the same size fit into each other's. */
const SIZES = 4;
/** A smaller batch does not hold so much more than it needs. */
const MAX_WASTE = 2;
/** So much may lie about before it is looked for. */
const MAX_DROPPED_BYTES = 32_000_000;

/**
 * Shared memory for batches, used again and again. A garbage collector does not count it, so what nobody holds any more would stay until
 * something else makes it run: hundreds of MB in minutes. What must be dropped is counted here instead.
 */
export class BatchMemory {
  readonly #maxFreeBytes: number;
  readonly #free: SharedArrayBuffer[] = [];
  #freeBytes = 0;
  #droppedBytes = 0;

  /** @param maxFreeBytes what is kept for later batches. */
  constructor(maxFreeBytes: number) {
    this.#maxFreeBytes = maxFreeBytes;
  }

  /** At least so many bytes, with whatever is in them. */
  take(bytes: number): SharedArrayBuffer {
    let best = -1;
    let bestBytes = Math.max(STEP_BYTES, MAX_WASTE * bytes) + 1;
    this.#free.forEach(({ byteLength }, index) => {
      if (byteLength < bytes || byteLength >= bestBytes) return;
      best = index;
      bestBytes = byteLength;
    });
    const [memory] = best < 0 ? [] : this.#free.splice(best, 1);
    if (memory === undefined) return new SharedArrayBuffer(roundedUp(bytes));
    this.#freeBytes -= memory.byteLength;
    return memory;
  }

  /** Nobody looks at it any more, in no thread. */
  giveBack(memory: SharedArrayBuffer): void {
    this.#free.push(memory);
    this.#freeBytes += memory.byteLength;
    // What has not been asked for longest is of a size that is not asked for.
    while (this.#freeBytes > this.#maxFreeBytes) {
      const oldest = this.#free.shift();
      if (oldest === undefined) return;
      this.#freeBytes -= oldest.byteLength;
      this.drop(oldest);
    }
  }

  /** It will not come back: somebody may still look at it for a while. */
  drop({ byteLength }: SharedArrayBuffer): void {
    this.#droppedBytes += byteLength;
    if (this.#droppedBytes < MAX_DROPPED_BYTES) return;
    this.#droppedBytes = 0;
    collect();
  }
}

function roundedUp(bytes: number): number {
  const step = Math.max(STEP_BYTES, 2 ** Math.floor(Math.log2(Math.max(1, bytes))) / SIZES);
  return Math.ceil(bytes / step) * step;
}
