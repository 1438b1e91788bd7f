import { crc32c } from '../checksum.ts';
import { MAX_ITEM_BYTES } from './lines.ts';

const MAGIC = Buffer.from('ANTRAW1\n');
const LENGTH_BYTES = 4;
const CRC_BYTES = 4;
/** Offset, timestamp, key's and value's lengths, number of headers. */
const FIXED_BYTES = 8 + 8 + 4 + 4 + 4;

/** Cuts chunks of a raw segment into frames and checks each (docs/output-folder.md). */
export class FrameSplitter {
  readonly #onFrame: (offset: number, frame: Buffer) => void;
  #pending: Buffer[] = [];
  #bytes = 0;
  #wanted: number = MAGIC.length;
  #begun = false;
  #inFrame = false;

  /** @param onFrame gets the offset of each whole frame, and its bytes behind its length. */
  constructor(onFrame: (offset: number, frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws RangeError where the bytes are no frames. */
  take(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#wanted) return;
    let rest = Buffer.concat(this.#pending);
    while (rest.length >= this.#wanted) {
      const part = rest.subarray(0, this.#wanted);
      rest = rest.subarray(this.#wanted);
      this.#part(part);
    }
    this.#pending = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
  }

  /** Bytes behind the last whole frame. */
  get rest(): number {
    return this.#bytes + (this.#inFrame ? LENGTH_BYTES : 0);
  }

  get begun(): boolean {
    return this.#begun;
  }

  #part(part: Buffer): void {
    if (!this.#begun) {
      if (!part.equals(MAGIC)) throw new RangeError('it does not begin as a raw segment does');
      this.#begun = true;
      this.#wanted = LENGTH_BYTES;
    } else if (this.#inFrame) {
      this.#onFrame(checkFrame(part), part);
      this.#inFrame = false;
      this.#wanted = LENGTH_BYTES;
    } else {
      const length = part.readUInt32LE(0);
      if (length < FIXED_BYTES + CRC_BYTES || length > MAX_ITEM_BYTES)
        throw new RangeError(`a frame says that it has ${length} bytes`);
      this.#inFrame = true;
      this.#wanted = length;
    }
  }
}

/** @returns its offset. @throws RangeError */
function checkFrame(frame: Buffer): number {
  const end = frame.length - CRC_BYTES;
  const offset = Number(frame.readBigInt64LE(0));
  const wrong = (what: string): RangeError => new RangeError(`the frame of offset ${offset}: ${what}`);
  if (crc32c(frame.subarray(0, end)) !== frame.readUInt32LE(end).toString(16).padStart(8, '0'))
    throw wrong('its checksum does not fit');
  let at = FIXED_BYTES;
  const skip = (bytes: number): void => {
    at += Math.max(0, bytes);
    if (bytes < -1 || at > end) throw wrong('its lengths do not fit');
  };
  const length = (signed: boolean): number => {
    skip(4);
    return signed ? frame.readInt32LE(at - 4) : frame.readUInt32LE(at - 4);
  };
  for (let headers = frame.readUInt32LE(24); headers > 0; headers--) {
    skip(length(false));
    skip(length(true));
  }
  skip(frame.readInt32LE(16));
  skip(frame.readInt32LE(20));
  if (at !== end) throw wrong('its lengths do not fit');
  return offset;
}
