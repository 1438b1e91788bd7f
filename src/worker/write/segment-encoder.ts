import type { DatumForm } from '../datum/form.ts';
import type { Message } from '../message.ts';

/** One form of segments: how alerts stand in them one behind the other. */
export interface SegmentEncoder {
  /** What a file begins with that holds alerts of this form; null: what every file of this kind begins with. */
  headOf?(form: DatumForm | null): Uint8Array | null;
  /** Appends an alert. */
  add(message: Message, bytes: Uint8Array, form: DatumForm | null): void;
  /** Bytes since the last {@link take}, before compression. */
  readonly length: number;
  /** Forgets what was added beyond this length. */
  truncate(length: number): void;
  /** What was added, as it stands in the file; the caller may keep it or give it away. */
  take(): Uint8Array<ArrayBuffer>;
}

const NOTHING = new Uint8Array(0);

/** Bytes that grow at their end. Numbers are little-endian. */
export class Growing {
  #bytes = NOTHING;
  /** The same bytes, as numbers and as text. */
  #view = new DataView(NOTHING.buffer);
  #buffer = Buffer.alloc(0);
  length = 0;

  /** Room for so many bytes at the end, which count from now on. */
  extend(count: number): Uint8Array {
    const start = this.#grow(count);
    return this.#bytes.subarray(start, this.length);
  }

  append(bytes: Uint8Array): void {
    const start = this.#grow(bytes.length);
    this.#bytes.set(bytes, start);
  }

  putByte(value: number): void {
    const start = this.#grow(1);
    this.#bytes[start] = value;
  }

  putUint32(value: number): void {
    const start = this.#grow(4);
    this.#view.setUint32(start, value, true);
  }

  putBigInt64(value: bigint): void {
    const start = this.#grow(8);
    this.#view.setBigInt64(start, value, true);
  }

  putFloat32(value: number): void {
    const start = this.#grow(4);
    this.#view.setFloat32(start, value, true);
  }

  putFloat64(value: number): void {
    const start = this.#grow(8);
    this.#view.setFloat64(start, value, true);
  }

  /** @param bytes how many the text has in UTF-8. */
  putUtf8(text: string, bytes: number): void {
    const start = this.#grow(bytes);
    this.#buffer.write(text, start);
  }

  /** Gives the bytes away, with little more memory than they need, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const wasteful = 4 * this.length < this.#bytes.length;
    const taken = wasteful ? this.#bytes.slice(0, this.length) : this.#bytes.subarray(0, this.length);
    this.#hold(NOTHING);
    this.length = 0;
    return taken;
  }

  /** @returns where the new bytes begin. */
  #grow(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.#bytes.length, 65_536));
      larger.set(this.#bytes.subarray(0, start));
      this.#hold(larger);
    }
    return start;
  }

  #hold(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#buffer = Buffer.from(bytes.buffer);
  }
}
