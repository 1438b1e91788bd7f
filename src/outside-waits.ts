/**
 * Whether a worker waits for what is outside of it: a disk, a process. Both threads see it, for main ends a worker that hangs, and one that
 * waits does not.
 */
export class OutsideWaits {
  /** To be handed to the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #count: Int32Array;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#count = new Int32Array(memory);
  }

  get any(): boolean {
    return Atomics.load(this.#count, 0) > 0;
  }

  begin(): void {
    Atomics.add(this.#count, 0, 1);
  }

  end(): void {
    Atomics.sub(this.#count, 0, 1);
  }

  /** Waits for what an action brings. */
  async during<T>(action: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      return await action();
    } finally {
      this.end();
    }
  }
}
