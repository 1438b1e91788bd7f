import {
  CHECKSUM_BYTES,
  FIELDS_BYTES,
  type FramedMessage,
  LENGTH_BYTES,
  RAW_MAGIC,
  readFrame,
} from '../worker/write/raw-frame.ts';
import { MAX_ITEM_BYTES } from './lines.ts';

/** Cuts chunks of a raw segment into frames and checks each (docs/output-folder.md). */
export class FrameSplitter {
  readonly #onFrame: (message: FramedMessage) => void;
  #pending: Buffer[] = [];
  #bytes = 0;
  #wanted: number = RAW_MAGIC.length;
  #begun = false;
  #inFrame = false;

  /** @param onFrame gets the message of each whole frame. */
  constructor(onFrame: (message: FramedMessage) => void) {
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
      if (!part.equals(RAW_MAGIC)) throw new RangeError('it does not begin as a raw segment does');
      this.#begun = true;
      this.#wanted = LENGTH_BYTES;
    } else if (this.#inFrame) {
      this.#onFrame(readFrame(part));
      this.#inFrame = false;
      this.#wanted = LENGTH_BYTES;
    } else {
      const length = part.readUInt32LE(0);
      if (length < FIELDS_BYTES + CHECKSUM_BYTES || length > MAX_ITEM_BYTES)
        throw new RangeError(`a frame says that it has ${length} bytes`);
      this.#inFrame = true;
      this.#wanted = length;
    }
  }
}
