/**
 * Until when files may get their names. The main thread puts the end off as it hears from the group, and workers look before each
 * rename: a process that was frozen wakes with all its threads at once, and a worker would go on before anybody could tell it that its
 * partition is another's by now.
 */
export class Lease {
  /** To be handed to the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #end: BigInt64Array;
  readonly #now: () => bigint;

  /** @param now in nanoseconds, on a clock that all threads share and that goes on while the process stands still. */
  constructor(memory?: SharedArrayBuffer, now = (): bigint => process.hrtime.bigint()) {
    this.memory = memory ?? new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
    this.#end = new BigInt64Array(this.memory);
    this.#now = now;
    // Until somebody sets an end there is nobody whom a file could be in the way of.
    if (memory === undefined) Atomics.store(this.#end, 0, 2n ** 63n - 1n);
  }

  get stands(): boolean {
    return this.#now() < Atomics.load(this.#end, 0);
  }

  /** It ends so long from now. */
  endIn(ms: number): void {
    Atomics.store(this.#end, 0, this.#now() + BigInt(Math.round(ms * 1e6)));
  }
}
