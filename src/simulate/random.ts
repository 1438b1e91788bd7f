/**
 * Random numbers from a seed, the same on every machine: sfc32 (C. Doty-Humphrey, PractRand), good for far more numbers than a
 * night needs.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = 0x9e3779b9;
    // Seeds that are near each other begin near each other.
    for (let i = 0; i < 15; i++) this.uniform();
  }

  /** From 0 to before 1, in steps of 2⁻³². */
  uniform(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.uniform();
  }

  /** A whole number below `count`. */
  below(count: number): number {
    return Math.floor(count * this.uniform());
  }

  /** Normally distributed (Box and Muller 1958). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
