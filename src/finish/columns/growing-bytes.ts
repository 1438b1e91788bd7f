/** Fewer are copied one by one faster than through a view of them. */
const FEW_BYTES = 48;
const LENGTH_BYTES = 4;

/** Values of any length, each with its own (32 bits, little-endian) in front, as Parquet's plain encoding has them. */
export class GrowingBytes {
  #memory: Buffer;
  length = 0;

  constructor(roomBytes: number) {
    this.#memory = Buffer.allocUnsafeSlow(roomBytes);
  }

  /** Appends bytes of a record. */
  addStretch(of: Buffer, start: number, count: number): void {
    const at = this.#extend(count);
    const memory = this.#memory;
    if (count > FEW_BYTES) of.copy(memory, at, start, start + count);
    else for (let i = 0; i < count; i++) memory[at + i] = of[start + i] as number;
  }

  addText(text: string): void {
    const count = Buffer.byteLength(text);
    const at = this.#extend(count);
    this.#memory.write(text, at);
  }

  /** Begins anew, in the same memory: what is taken is valid until the next value is added. */
  take(): Uint8Array {
    const taken = this.#memory.subarray(0, this.length);
    this.length = 0;
    return taken;
  }

  /** Room for a value, behind its length. @returns where it begins. */
  #extend(count: number): number {
    const start = this.length;
    const at = start + LENGTH_BYTES;
    this.length = at + count;
    if (this.length > this.#memory.length) this.#grow(start);
    this.#memory.writeUInt32LE(count, start);
    return at;
  }

  #grow(used: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.length, 2 * this.#memory.length));
    this.#memory.copy(larger, 0, 0, used);
    this.#memory = larger;
  }
}
