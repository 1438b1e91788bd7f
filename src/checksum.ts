import { crc32c as update } from '@node-rs/crc32';

/**
 * CRC32C (Castagnoli), as 8 hexadecimal digits: what records, journals and raw frames are checked with (contract, 3). Native, because
 * at full rate every byte passes here.
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
