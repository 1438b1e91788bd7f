import { DecodeError, limits } from '../error.ts';
import { utf8 } from '../utf8.ts';

/** Records within records that may share one byte of data. */
const ENTERED_A_BYTE = 8;

/** A place in Avro-encoded bytes. Every read checks that the bytes are there before it believes a length. */
export class Cursor {
  at: number;
  depth = 0;
  readonly bytes: Buffer;
  readonly #end: number;
  readonly #view: DataView;
  readonly #maxItems: number;
  readonly #maxEntered: number;
  #items = 0;
  #entered = 0;

  constructor(bytes: Buffer, start = 0) {
    this.bytes = bytes;
    this.at = start;
    this.#end = bytes.length;
    this.#maxItems = limits.emptyValues + this.left;
    this.#maxEntered = limits.emptyValues + ENTERED_A_BYTE * this.left;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#end - this.at;
  }

  /** Moves on by so many bytes and says where they begin. @throws DecodeError */
  take(bytes: number): number {
    if (bytes < 0 || bytes > this.left) throw this.#missing(bytes);
    const start = this.at;
    this.at += bytes;
    return start;
  }

  /** A zigzag-coded variable-length integer; a number where that is exact. @throws DecodeError */
  long(): number | bigint {
    const { bytes } = this;
    let value = 0;
    // 28 bits fit into the fast integers; that is nearly every length, index and count.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[this.take(1)] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return this.#longTail(value);
  }

  /** A long that counts or measures something here. @throws DecodeError */
  count(): number {
    const value = this.long();
    if (typeof value === 'bigint')
      throw new DecodeError('BAD_AVRO', `A length of ${value} is announced at byte ${this.at}.`);
    return value;
  }

  int(): number {
    const value = this.count();
    if (value < -0x80000000 || value > 0x7fffffff)
      throw new DecodeError('BAD_AVRO', `${value} is no 32-bit integer (byte ${this.at}).`);
    return value;
  }

  float(): number {
    return this.#view.getFloat32(this.take(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.take(8), true);
  }

  boolean(): boolean {
    const byte = this.bytes[this.take(1)] as number;
    if (byte > 1) throw new DecodeError('BAD_AVRO', `A boolean is ${byte} (byte ${this.at - 1}).`);
    return byte === 1;
  }

  string(): string {
    const length = this.count();
    const start = this.take(length);
    const text = utf8(this.bytes, start, start + length);
    if (text === null) throw new DecodeError('BAD_AVRO', `The text at byte ${start} is not UTF-8.`);
    return text;
  }

  /** A view of so many bytes. */
  fixed(length: number): Buffer {
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  /** The number of items in the next block of an array or map; 0 at its end. @throws DecodeError */
  block(): number {
    let count = this.count();
    if (count < 0) {
      count = -count;
      const bytes = this.count();
      if (bytes < 0 || bytes > this.left) throw this.#missing(bytes);
    }
    // Items may take no bytes at all, so the length of the message does not bound them.
    this.#items += count;
    if (this.#items > this.#maxItems)
      throw new DecodeError('TOO_LARGE', `More than ${this.#maxItems} items are announced.`);
    return count;
  }

  enter(): void {
    if (++this.depth > limits.depth)
      throw new DecodeError('TOO_DEEP', `Avro is nested deeper than ${limits.depth} levels.`);
    // Records may take no bytes either: a small schema whose records hold each other twice means 2ⁿ of them.
    if (++this.#entered > this.#maxEntered)
      throw new DecodeError('TOO_LARGE', `It has more than ${this.#maxEntered} records, arrays and maps.`);
  }

  leave(): void {
    this.depth -= 1;
  }

  /** The bytes after the fourth. BigInts are slow: only what no number holds exactly becomes one. */
  #longTail(low28: number): number | bigint {
    let middle28 = 0;
    let high8 = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.take(1)] as number;
      if (shift < 28) middle28 |= (byte & 0x7f) << shift;
      else high8 |= (byte & 0x7f) << (shift - 28);
      if (byte < 0x80) break;
      if (shift === 35) throw this.#tooLong();
    }
    if (high8 > 0xff) throw this.#tooLong();
    if (high8 === 0 && middle28 < 0x2000000) {
      const value = middle28 * 0x10000000 + low28;
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    const value = (BigInt(high8) << 56n) | (BigInt(middle28) << 28n) | BigInt(low28);
    const signed = (value >> 1n) ^ -(value & 1n);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  #missing(bytes: number): DecodeError {
    if (bytes < 0) {
      return new DecodeError('BAD_AVRO', `A length of ${bytes} is announced before byte ${this.at}.`);
    }
    return new DecodeError(
      'TRUNCATED',
      `${bytes} bytes are announced at byte ${this.at}, but only ${this.left} are left.`,
    );
  }

  #tooLong(): DecodeError {
    return new DecodeError('BAD_AVRO', `The integer before byte ${this.at} is longer than 64 bits.`);
  }
}
