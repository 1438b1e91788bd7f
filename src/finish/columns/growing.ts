/** Numbers that grow at their end. */
export class GrowingNumbers<T extends Int32Array | Uint8Array> {
  values: T;
  length = 0;

  constructor(values: T) {
    this.values = values;
  }

  push(value: number): void {
    if (this.length >= this.values.length) this.#grow();
    this.values[this.length++] = value;
  }

  /** Room for so many more. @returns where it begins. */
  extend(count: number): number {
    const start = this.length;
    this.length += count;
    while (this.length > this.values.length) this.#grow();
    return start;
  }

  /** Begins anew, in the same memory: what is taken is valid until the next value is added. */
  take(): T {
    const taken = this.values.subarray(0, this.length) as T;
    this.length = 0;
    return taken;
  }

  /** Twice as large a copy. */
  #grow(): void {
    const next = new (this.values.constructor as new (length: number) => T)(2 * this.values.length);
    next.set(this.values);
    this.values = next;
  }
}
