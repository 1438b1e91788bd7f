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

/** Bytes that grow at their end. */
export class Growing {
  #bytes = new Uint8Array(0);
  length = 0;

  /** Room for so many bytes at the end, which count from now on. */
  extend(count: number): Uint8Array {
    const start = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, 2 * this.#bytes.length, 65_536));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    return this.#bytes.subarray(start, this.length);
  }

  append(bytes: Uint8Array): void {
    this.extend(bytes.length).set(bytes);
  }

  /** Gives the bytes away, with little more memory than they need, and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const wasteful = 4 * this.length < this.#bytes.length;
    const taken = wasteful ? this.#bytes.slice(0, this.length) : this.#bytes.subarray(0, this.length);
    this.#bytes = new Uint8Array(0);
    this.length = 0;
    return taken;
  }
}
