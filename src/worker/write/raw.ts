import { Crc32c } from '../../checksum.ts';
import type { Message } from '../message.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { CHECKSUM_BYTES, fieldAt, FIELDS_BYTES, LENGTH_BYTES, NONE } from './raw-frame.ts';
import { Growing, type SegmentEncoder, type TakenBytes } from './segment-encoder.ts';

/** The last number below 2^63: the greatest timestamp there is came rounded to that. */
const LATEST_MS = 2 ** 63 - 1024;

/** Messages as they came, framed, so that a night can be replayed exactly. */
export class RawFrames implements SegmentEncoder {
  readonly #frames: Growing;
  /** Of all frames: each has its own, and so no byte is looked at twice. null: a frame was taken back. */
  #checksum: Crc32c | null = new Crc32c();

  /** @param memory where frames are, to be used again; null: always in new memory. */
  constructor(memory: ChunkMemory | null = null) {
    this.#frames = new Growing(memory);
  }

  get length(): number {
    return this.#frames.length;
  }

  add(message: Message): void {
    const { key, value, headers, offset, timestampMs, tombstone } = message;
    const names = headers.map((header) => Buffer.from(header.key));
    const headerBytes = headers.reduce(
      (sum, header, i) => sum + 8 + (names[i]?.length ?? 0) + (header.value?.length ?? 0),
      0,
    );
    const dataBytes = headerBytes + (key?.length ?? 0) + value.length;
    const bytes = FIELDS_BYTES + dataBytes + CHECKSUM_BYTES;
    const whole = this.#frames.extend(LENGTH_BYTES + bytes);
    const frame = whole.subarray(LENGTH_BYTES);
    new DataView(whole.buffer, whole.byteOffset).setUint32(0, bytes, true);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    view.setBigInt64(fieldAt.offset, BigInt(offset), true);
    view.setBigInt64(fieldAt.timestampMs, BigInt(Math.min(timestampMs, LATEST_MS)), true);
    view.setInt32(fieldAt.keyBytes, key?.length ?? NONE, true);
    view.setInt32(fieldAt.valueBytes, tombstone === true ? NONE : value.length, true);
    view.setUint32(fieldAt.headers, headers.length, true);
    let at = FIELDS_BYTES;
    const put = (part: Uint8Array): void => {
      frame.set(part, at);
      at += part.length;
    };
    headers.forEach((header, i) => {
      const name = names[i] ?? Buffer.alloc(0);
      view.setUint32(at, name.length, true);
      at += 4;
      put(name);
      view.setInt32(at, header.value?.length ?? NONE, true);
      at += 4;
      if (header.value !== null) put(header.value);
    });
    if (key !== null) put(key);
    put(value);
    const checksum = new Crc32c().add(frame.subarray(0, at)).value;
    view.setUint32(at, checksum, true);
    this.#checksum?.add(whole.subarray(0, LENGTH_BYTES)).addChecked(checksum, at).add(frame.subarray(at));
  }

  truncate(length: number): void {
    if (length < this.#frames.length) this.#checksum = null;
    this.#frames.length = length;
  }

  take(): TakenBytes {
    const checksum = this.#checksum?.value ?? null;
    this.#checksum = new Crc32c();
    return { bytes: this.#frames.take(), checksum };
  }
}
