import { crc32c } from '../../checksum.ts';
import { formatLine } from '../../journal/line.ts';

/** What the journal says of one message's alerts. */
export class AlertLines {
  readonly #offset: number;
  readonly #saved: {
    readonly record: number;
    readonly path: string;
    readonly bytes: number;
    readonly crc32c: string;
  }[] = [];
  #records = 0;

  constructor(offset: number) {
    this.#offset = offset;
  }

  /** The message's next alert. @param bytes of its file; null: it is not saved. */
  take(path: string, bytes: Uint8Array | null): void {
    const record = this.#records++;
    if (bytes !== null) this.#saved.push({ record, path, bytes: bytes.byteLength, crc32c: crc32c(bytes) });
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
