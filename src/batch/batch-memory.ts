/** Memory is made in multiples of it, so that batches of about the same size fit into each other's. */
const STEP_BYTES = 16 * 1024;
/** A smaller batch does not hold so much more than it needs. */
const MAX_WASTE = 2;

/**
 * Shared memory for batches, used again and again. A garbage collector does not count it, so what nobody holds any more would stay until
 * something else makes it run: hundreds of MB at full rate.
 */
export class BatchMemory {
  readonly #maxFreeBytes: number;
  readonly #free: SharedArrayBuffer[] = [];
  #freeBytes = 0;

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
    if (memory === undefined) return new SharedArrayBuffer(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
    this.#freeBytes -= memory.byteLength;
    return memory;
  }

  /** Nobody looks at it any more, in no thread. */
  giveBack(memory: SharedArrayBuffer): void {
    this.#free.push(memory);
    this.#freeBytes += memory.byteLength;
    // What has not been asked for longest is of a size that is not asked for.
    while (this.#freeBytes > this.#maxFreeBytes) this.#freeBytes -= this.#free.shift()?.byteLength ?? 0;
  }
}
