import { crc32c as update } from '@node-rs/crc32';

/**
 * CRC32C (Castagnoli), as 8 hexadecimal digits: what records, journals and raw frames are checked with
 * (docs/output-folder.md). Native, because at full rate every byte passes here.
 */
export class Crc32c {
  #value: number;

  /** @param value goes on from here; see {@link value}. */
  constructor(value = 0) {
    this.#value = value;
  }

  add(bytes: Uint8Array): this {
    if (bytes.byteLength > 0) this.#value = update(bytes, this.#value);
    return this;
  }

  /** Adds bytes that are not here, of which only the checksum and the number are known. */
  addChecked(checksum: number, bytes: number): this {
    this.#value = (timesPowerOfX(this.#value, 8 * bytes) ^ checksum) >>> 0;
    return this;
  }

  get value(): number {
    return this.#value;
  }

  toString(): string {
    return hex(this.#value);
  }
}

/** The CRC32C of some bytes, or of a text's UTF-8, as 8 hexadecimal digits. */
export function crc32c(content: Uint8Array | string): string {
  return hex(update(content));
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** The polynomial of CRC32C; the highest bit is the coefficient of x⁰, as in the checksum itself. */
const POLYNOMIAL = 0x82f63b78;
const ONE = 0x80000000;

/** x to the power of 1, 2, 4, 8, … modulo the polynomial. */
const squares: number[] = [ONE >>> 1];

/**
 * A checksum is a polynomial modulo another one, and bytes behind it shift it: x^bits times as much. With squares this takes a step for each bit of
 * the number, not for each bit of the bytes.
 */
function timesPowerOfX(value: number, bits: number): number {
  let product = value;
  for (let rest = bits, place = 0; rest > 0; rest = Math.floor(rest / 2), place++) {
    if (rest % 2 === 1) product = times(product, squareAt(place));
  }
  return product;
}

function squareAt(place: number): number {
  for (let known = squares.length; known <= place; known++) {
    const last = squares[known - 1] ?? ONE;
    squares.push(times(last, last));
  }
  return squares[place] ?? ONE;
}

/** The product of two polynomials, modulo the checksum's. */
function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 31, power = other; bit >= 0; bit--) {
    if (((one >>> bit) & 1) === 1) product ^= power;
    power = (power & 1) === 1 ? (power >>> 1) ^ POLYNOMIAL : power >>> 1;
  }
  return product >>> 0;
}
