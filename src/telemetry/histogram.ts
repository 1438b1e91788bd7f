/** Steps between a value and its double: a quantile is exact to 9 %. */
const STEPS = 8;

/**
 * How often values of what size came, for values from `least` to `least` × 2^`octaves`, in steps that grow with them. Unlike
 * Node's and Prometheus's own it takes many equal values at once, which is what a batch brings.
 */
export class Histogram {
  readonly least: number;
  readonly octaves: number;
  readonly #counts: Float64Array;
  #count = 0;
  #sum = 0;

  constructor(least: number, octaves: number) {
    this.least = least;
    this.octaves = octaves;
    // One more for what is beyond.
    this.#counts = new Float64Array(octaves * STEPS + 2);
  }

  get count(): number {
    return this.#count;
  }

  /** Of all values. */
  get sum(): number {
    return this.#sum;
  }

  record(value: number, times = 1): void {
    const step = value <= this.least ? 0 : Math.ceil(Math.log2(value / this.least) * STEPS);
    const at = Math.min(step, this.#counts.length - 1);
    this.#counts[at] = (this.#counts[at] ?? 0) + times;
    this.#count += times;
    this.#sum += Math.max(0, value) * times;
  }

  /** The counts as they are now, for {@link quantile} of what came since. */
  mark(): Float64Array {
    return this.#counts.slice();
  }

  /**
   * The value that a share of all values do not exceed; null where none came.
   *
   * @param share such as 0.99.
   * @param since only of what came after this mark.
   */
  quantile(share: number, since?: Float64Array): number | null {
    const countAt = (at: number): number => (this.#counts[at] ?? 0) - (since?.[at] ?? 0);
    let all = 0;
    for (let at = 0; at < this.#counts.length; at++) all += countAt(at);
    if (all === 0) return null;
    let below = 0;
    for (let at = 0; at < this.#counts.length; at++) {
      below += countAt(at);
      if (below >= share * all) return this.#bound(at);
    }
    return null;
  }

  /** For each octave its upper bound and how many values do not exceed it. */
  cumulative(): { readonly bound: number; readonly count: number }[] {
    const buckets: { bound: number; count: number }[] = [];
    let count = 0;
    for (let at = 0; at <= this.octaves * STEPS; at++) {
      count += this.#counts[at] ?? 0;
      if (at % STEPS === 0) buckets.push({ bound: this.#bound(at), count });
    }
    return buckets;
  }

  #bound(at: number): number {
    return this.least * 2 ** (at / STEPS);
  }
}
