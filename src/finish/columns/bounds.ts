type Bound = number | bigint | Uint8Array;

/** The least and the largest value of a column, by which readers leave row groups out. */
export interface Bounds {
  readonly least: Bound | undefined;
  readonly largest: Bound | undefined;
  /** Begins anew. */
  clear(): void;
}

/** Of numbers. One that is none has no place in an order, and is left out as the format wants it. */
export class NumberBounds implements Bounds {
  least: number | undefined = undefined;
  largest: number | undefined = undefined;

  add(values: Float32Array | Float64Array | Int32Array): void {
    let least = this.least ?? Infinity;
    let largest = this.largest ?? -Infinity;
    for (const value of values) {
      if (value < least) least = value;
      if (value > largest) largest = value;
    }
    if (least > largest) return;
    // Which zero it is says nothing of the other one.
    this.least = least === 0 ? -0 : least;
    this.largest = largest === 0 ? 0 : largest;
  }

  clear(): void {
    this.least = undefined;
    this.largest = undefined;
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
