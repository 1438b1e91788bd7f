import { ByteWriter } from 'hyparquet-writer';

/** What is worth a write of its own. */
const WRITE_BYTES = 500_000;

/** Gathers what is small, and appends it to a file. */
export class GatheringWriter extends ByteWriter {
  readonly #file: { append: (bytes: Uint8Array) => void };

  constructor(file: { append: (bytes: Uint8Array) => void }) {
    super();
    this.#file = file;
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
