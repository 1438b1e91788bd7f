import type { DatumForm } from '../datum/form.ts';
import type { Message } from '../message.ts';
import type { ChunkMemory } from './chunk-memory.ts';

/** Bytes of a segment, to keep or to give away, memory and all. */
export interface TakenBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Their CRC32C, where the encoder knows it anyway. */
  readonly checksum: number | null;
}

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
  /** What was added, as it stands in the file. */
  take(): TakenBytes;
}

const NOTHING = new Uint8Array(0);
const MIN_BYTES = 65_536;
/** Longer texts are copied by the runtime, shorter ones by a loop: each call of it costs as much as some fifty bytes. */
const LOOP_LENGTH = 48;

/** Bytes that grow at their end. Numbers are little-endian. */
export class Growing {
  readonly #memory: ChunkMemory | null;
  #bytes = NOTHING;
  /** The same bytes, as numbers and as text. */
  #view = new DataView(NOTHING.buffer);
  #buffer = Buffer.alloc(0);
  length = 0;

  /** @param memory where they are, to be used again; null: always in new memory. */
  constructor(memory: ChunkMemory | null = null) {
    this.#memory = memory;
  }

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

  putInt32(value: number): void {
    const start = this.#grow(4);
    this.#view.setInt32(start, value, true);
  }

  /** In the place of four bytes that are there. */
  setUint32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
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

  /** A text in UTF-8, behind its length, a uint32. */
  putSizedUtf8(text: string): void {
    if (text.length <= LOOP_LENGTH) {
      const start = this.#grow(4 + text.length);
      let at = start + 4;
      let wide = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        wide |= code;
        this.#bytes[at++] = code;
      }
      if (wide < 0x80) {
        this.#view.setUint32(start, text.length, true);
        return;
      }
      this.length = start;
    }
    const bytes = Buffer.byteLength(text);
    this.putUint32(bytes);
    this.putUtf8(text, bytes);
  }

  /** The bytes, valid until there are more. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Gives the bytes away, with little more memory than they need, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const wasteful = 4 * this.length < this.#bytes.length;
    const taken = wasteful ? this.#bytes.slice(0, this.length) : this.#bytes.subarray(0, this.length);
    const left = wasteful ? this.#bytes : NOTHING;
    this.#hold(NOTHING);
    this.#memory?.giveBack(left.buffer);
    this.length = 0;
    return taken;
  }

  /** @returns where the new bytes begin. */
  #grow(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const bytes = Math.max(this.length, 2 * this.#bytes.length, MIN_BYTES);
      const larger = new Uint8Array(this.#memory?.take(bytes) ?? new ArrayBuffer(bytes));
      larger.set(this.#bytes.subarray(0, start));
      const smaller = this.#bytes.buffer;
      this.#hold(larger);
      this.#memory?.giveBack(smaller);
    }
    return start;
  }

  #hold(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#buffer = Buffer.from(bytes.buffer);
  }
}
