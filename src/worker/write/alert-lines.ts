import { crc32c } from '../../checksum.ts';
import { formatLine } from '../../journal/line.ts';
import type { Stamp } from '../select/stamps.ts';

/** What the journal says of one message's alerts. */
export class AlertLines {
  readonly #offset: number;
  readonly #saved: {
    readonly record: number;
    readonly stamp?: string;
    readonly path: string;
    readonly bytes: number;
    readonly crc32c: string;
  }[] = [];
  #records = 0;

  constructor(offset: number) {
    this.#offset = offset;
  }

  /** The message's next alert. @param bytes of its file; null: it is not saved. */
  take(path: string, bytes: Uint8Array | null, stamps: readonly Stamp[] = []): void {
    const record = this.#records++;
    if (bytes === null) return;
    this.#saved.push({ record, path, ...sumsOf(bytes) });
    for (const stamp of stamps)
      this.#saved.push({ record, stamp: stamp.field, path: stamp.path, ...sumsOf(stamp.bytes) });
  }

  /** Their lines; a message with one alert needs no record's number. */
  toString(): string {
    return this.#saved
      .map(({ record, ...file }) =>
        formatLine(
          this.#records > 1 ? { offset: this.#offset, record, ...file } : { offset: this.#offset, ...file },
        ),
      )
      .join('');
  }
}

function sumsOf(bytes: Uint8Array): { bytes: number; crc32c: string } {
  return { bytes: bytes.byteLength, crc32c: crc32c(bytes) };
}
