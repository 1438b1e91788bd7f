type Bound = number | bigint | Uint8Array;

/** The least and the largest value of a column, by which readers leave row groups out. */
export interface Bounds {
  readonly least: Bound | undefined;
  readonly largest: Bound | undefined;
  /** Begins anew. */
  clear(): void;
}

/**
 * Of numbers; none where a NaN is among them. The format orders no NaN, so bounds could only leave it out, and DuckDB, which sorts NaN above
 * all numbers, would pass over the row group that it looks for.
 */
export class NumberBounds implements Bounds {
  #least = Infinity;
  #largest = -Infinity;
  #withNaN = false;

  get least(): number | undefined {
    // Which zero it is says nothing of the other one.
    return this.#isKnown ? (this.#least === 0 ? -0 : this.#least) : undefined;
  }
  get largest(): number | undefined {
    return this.#isKnown ? (this.#largest === 0 ? 0 : this.#largest) : undefined;
  }

  get #isKnown(): boolean {
    return !this.#withNaN && this.#least <= this.#largest;
  }

  add(values: Float32Array | Float64Array | Int32Array): void {
    let least = this.#least;
    let largest = this.#largest;
    // Not by an iterator, which V8 calls for each value where arrays are of several kinds.
    for (let i = 0, { length } = values; i < length; i++) {
      const value = values[i] as number;
      if (value < least) least = value;
      if (value > largest) largest = value;
      if (Number.isNaN(value)) this.#withNaN = true;
    }
    this.#least = least;
    this.#largest = largest;
  }

  clear(): void {
    this.#least = Infinity;
    this.#largest = -Infinity;
    this.#withNaN = false;
  }
}

/** Of 64-bit integers in two halves each, the lower one first. */
export class LongBounds implements Bounds {
  #least = { low: 0, high: 0 };
  #largest = { low: 0, high: 0 };
  #none = true;

  get least(): bigint | undefined {
    return this.#none ? undefined : together(this.#least);
  }
  get largest(): bigint | undefined {
    return this.#none ? undefined : together(this.#largest);
  }

  add(halves: Int32Array): void {
    for (let i = 0; i < halves.length; i += 2) {
      const value = { low: (halves[i] as number) >>> 0, high: halves[i + 1] as number };
      if (this.#none || isLess(value, this.#least)) this.#least = value;
      if (this.#none || isLess(this.#largest, value)) this.#largest = value;
      this.#none = false;
    }
  }

  clear(): void {
    this.#none = true;
  }
}

/** Of texts, by their bytes. */
export class TextBounds implements Bounds {
  least: Buffer | undefined = undefined;
  largest: Buffer | undefined = undefined;

  /** @param values each with its length (32 bits) in front. */
  add(values: Uint8Array): void {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const start = at + 4;
      at = start + bytes.readUInt32LE(at);
      const text = bytes.subarray(start, at);
      // Copies: what they are of goes on to change.
      if (this.least === undefined || text.compare(this.least) < 0) this.least = Buffer.from(text);
      if (this.largest === undefined || text.compare(this.largest) > 0) this.largest = Buffer.from(text);
    }
  }

  clear(): void {
    this.least = undefined;
    this.largest = undefined;
  }
}

interface Halves {
  /** Unsigned. */
  readonly low: number;
  /** Signed. */
  readonly high: number;
}

function isLess(one: Halves, other: Halves): boolean {
  return one.high === other.high ? one.low < other.low : one.high < other.high;
}

function together({ low, high }: Halves): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}
