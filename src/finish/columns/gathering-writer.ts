import { ByteWriter } from 'hyparquet-writer';
import type { NewFile } from '../new-file.ts';

/** What is worth a write of its own. */
const WRITE_BYTES = 100_000;

/** Gathers what is small, and appends it to a file. */
export class GatheringWriter extends ByteWriter {
  readonly #file: NewFile;

  constructor(file: NewFile) {
    super();
    this.#file = file;
  }

  override appendBytes(value: Uint8Array): void {
    if (value.length < WRITE_BYTES) {
      super.appendBytes(value);
      return;
    }
    this.finish();
    this.#file.append(value);
    this.offset += value.length;
  }

  /** Appends what has become enough. */
  flush(): void {
    if (this.index >= WRITE_BYTES) this.finish();
  }

  /** Appends the rest. */
  override finish(): void {
    this.#file.append(this.getBytes());
    this.index = 0;
  }
}
