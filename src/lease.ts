/**
 * Nanoseconds by clocks that all threads share. Linux's steady clock goes on while the process stands still, but not while the machine is suspended; the
 * calendar's does, and may jump.
 */
const bothClocks: readonly (() => bigint)[] = [
  () => process.hrtime.bigint(),
  () => BigInt(Date.now()) * 1_000_000n,
];

/**
 * Until when files may get their names. The main thread puts the end off as it hears from the group, and workers look before each
 * rename: a process that was frozen wakes with all its threads at once, and a worker would go on before anybody could tell it that its
 * partition is another's by now.
 */
export class Lease {
  /** To be handed to the other thread. */
  readonly memory: SharedArrayBuffer;
  /** By each clock. */
  readonly #ends: BigInt64Array;
  readonly #clocks: readonly (() => bigint)[];

  /** @param clocks in nanoseconds, shared by all threads. It ends by whichever comes to its end first. */
  constructor(memory?: SharedArrayBuffer, clocks = bothClocks) {
    this.memory = memory ?? new SharedArrayBuffer(clocks.length * BigInt64Array.BYTES_PER_ELEMENT);
    this.#ends = new BigInt64Array(this.memory);
    this.#clocks = clocks;
    if (memory !== undefined) return;
    // Until somebody sets an end there is nobody whom a file could be in the way of.
    for (const index of clocks.keys()) Atomics.store(this.#ends, index, 2n ** 63n - 1n);
  }

  get stands(): boolean {
    return this.#clocks.every((now, index) => now() < Atomics.load(this.#ends, index));
  }

  /** It ends so long from now. */
  endIn(ms: number): void {
    const ns = BigInt(Math.round(ms * 1e6));
    for (const [index, now] of this.#clocks.entries()) Atomics.store(this.#ends, index, now() + ns);
  }
}
