import { Crc32c } from '../../checksum.ts';
import type { Message } from '../message.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { Growing, type SegmentEncoder, type TakenBytes } from './segment-encoder.ts';

/** The first bytes of every file of raw segments. */
export const RAW_MAGIC: Uint8Array = Buffer.from('ANTRAW1\n');

/** Length, offset, timestamp, bytes of key and value, number of headers; docs/output-folder.md draws the frame. */
const FIXED_BYTES = 4 + 8 + 8 + 4 + 4 + 4;
const CHECKSUM_BYTES = 4;
const NONE = -1;

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
    const bytes = FIXED_BYTES + headerBytes + (key?.length ?? 0) + value.length + CHECKSUM_BYTES;
    const frame = this.#frames.extend(bytes);
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    view.setUint32(0, bytes - 4, true);
    view.setBigInt64(4, BigInt(offset), true);
    view.setBigInt64(12, BigInt(timestampMs), true);
    view.setInt32(20, key?.length ?? NONE, true);
    view.setInt32(24, tombstone === true ? NONE : value.length, true);
    view.setUint32(28, headers.length, true);
    let at = FIXED_BYTES;
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
    const checksum = new Crc32c().add(frame.subarray(4, at)).value;
    view.setUint32(at, checksum, true);
    this.#checksum
      ?.add(frame.subarray(0, 4))
      .addChecked(checksum, at - 4)
      .add(frame.subarray(at));
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
