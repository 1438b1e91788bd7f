const MAGIC = Buffer.from('Obj\x01');
const SYNC_BYTES = 16;

/** The container ends where more is needed. */
class TooShort extends Error {
  override readonly name = 'TooShort';
}

/** Follows an Avro container from block to block; what is in them its checksum vouches for. */
export class AvroContainer {
  count = 0;
  /** What its head says: `avro.schema`, `avro.codec`. */
  readonly metadata = new Map<string, Buffer>();
  readonly #onBlock: (records: number, bytes: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #sync: Buffer | null = null;
  #problem: string | null = null;

  /** @param onBlock gets each block as it stands in the file. */
  constructor(onBlock: (records: number, bytes: Buffer) => void = () => undefined) {
    this.#onBlock = onBlock;
  }

  take(chunk: Buffer): string | null {
    if (this.#problem !== null) return this.#problem;
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    try {
      this.#sync ??= this.#header();
      for (;;) this.#block(this.#sync);
    } catch (error) {
      if (!(error instanceof TooShort)) throw error;
    }
    return this.#problem;
  }

  end(): string | null {
    if (this.#sync === null) return 'it does not begin as an Avro container does';
    return this.#rest.length > 0 ? 'its last block has no end' : null;
  }

  #header(): Buffer {
    const bytes = new Place(this.#rest);
    if (Buffer.compare(bytes.stretch(MAGIC.length), MAGIC) !== 0) {
      this.#problem = 'it does not begin as an Avro container does';
      throw new TooShort();
    }
    for (let count = bytes.long(); count > 0; count = bytes.long()) {
      for (let i = 0; i < count; i++) {
        const key = String(bytes.stretch(bytes.long()));
        this.metadata.set(key, Buffer.from(bytes.stretch(bytes.long())));
      }
    }
    const sync = Buffer.from(bytes.stretch(SYNC_BYTES));
    this.#rest = this.#rest.subarray(bytes.at);
    return sync;
  }

  #block(sync: Buffer): void {
    if (this.#rest.length === 0) throw new TooShort();
    const bytes = new Place(this.#rest);
    const records = bytes.long();
    const data = bytes.stretch(bytes.long());
    if (Buffer.compare(bytes.stretch(SYNC_BYTES), sync) !== 0) {
      this.#problem = 'a block of it does not end as it should';
      throw new TooShort();
    }
    this.count += records;
    this.#onBlock(records, data);
    this.#rest = this.#rest.subarray(bytes.at);
  }
}

/** Reads as far as there are bytes. */
class Place {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  long(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new TooShort();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }

  stretch(bytes: number): Buffer {
    const start = this.at;
    this.at += bytes;
    if (bytes < 0 || this.at > this.#bytes.length) throw new TooShort();
    return this.#bytes.subarray(start, this.at);
  }
}
