type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Twice as large a copy. */
function larger<T extends Numbers>(values: T): T {
  const next = new (values.constructor as new (length: number) => T)(Math.max(64, 2 * values.length));
  next.set(values);
  return next;
}

/** Which values are there: a bit each. */
export class Validity {
  length = 0;
  nulls = 0;
  #bits = new Uint8Array(64);

  add(isThere: boolean): void {
    const at = this.length++;
    if (at >> 3 >= this.#bits.length) this.#bits = larger(this.#bits);
    // What stands there may be of an earlier batch.
    if ((at & 7) === 0) this.#bits[at >> 3] = 0;
    if (isThere) this.#bits[at >> 3] = (this.#bits[at >> 3] as number) | (1 << (at & 7));
    else this.nulls += 1;
  }

  /** Begins anew, in the same memory: what is taken is valid until the next value is added. A bitmap of null: all are there. */
  take(): { readonly nullCount: number; readonly nullBitmap: Uint8Array | null } {
    const taken = {
      nullCount: this.nulls,
      nullBitmap: this.nulls === 0 ? null : this.#bits.subarray(0, (this.length + 7) >> 3),
    };
    this.length = 0;
    this.nulls = 0;
    return taken;
  }
}

/** Numbers that grow at their end. */
export class GrowingNumbers<T extends Numbers> {
  values: T;
  length = 0;

  constructor(values: T) {
    this.values = values;
  }

  push(value: number): void {
    if (this.length >= this.values.length) this.values = larger(this.values);
    this.values[this.length++] = value;
  }

  /** Room for so many more. @returns where it begins. */
  extend(count: number): number {
    const start = this.length;
    this.length += count;
    while (this.length > this.values.length) this.values = larger(this.values);
    return start;
  }

  /** Begins anew, in the same memory: what is taken is valid until the next value is added. */
  take(): T {
    const taken = this.values.subarray(0, this.length) as T;
    this.length = 0;
    return taken;
  }
}
