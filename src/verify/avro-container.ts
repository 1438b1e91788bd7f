import { MAX_ITEM_BYTES } from './lines.ts';

const MAGIC = Buffer.from('Obj\x01');
const SYNC_BYTES = 16;
/** Of a number of 64 bits, seven in each. */
const MAX_LONG_BYTES = 10;
const NO_CONTAINER = 'it does not begin as an Avro container does';

/** What is to be read ends behind the bytes that are there. */
class TooShort extends Error {
  override readonly name = 'TooShort';
  /** How many bytes it has at the least. */
  readonly wanted: number;

  constructor(wanted: number) {
    super();
    this.wanted = wanted;
  }
}

/** What stands there cannot be; the message says why. */
class Damage extends Error {
  override readonly name = 'Damage';
}

/** Follows an Avro container from block to block; what is in them its checksum vouches for. */
export class AvroContainer {
  count = 0;
  /** What its head says: `avro.schema`, `avro.codec`. */
  readonly metadata = new Map<string, Buffer>();
  readonly #onBlock: (records: number, bytes: Buffer) => void;
  #pending: Buffer[] = [];
  #bytes = 0;
  /** So many bytes the next part has at the least. */
  #wanted: number = MAGIC.length;
  #begun = false;
  /** Entries of the head that are still to come before the next number of them. */
  #entries = 0;
  #sync: Buffer | null = null;
  #problem: string | null = null;

  /** @param onBlock gets each block as it stands in the file. */
  constructor(onBlock: (records: number, bytes: Buffer) => void = () => undefined) {
    this.#onBlock = onBlock;
  }

  take(chunk: Buffer): string | null {
    if (this.#problem !== null) return this.#problem;
    this.#pending.push(chunk);
    this.#bytes += chunk.length;
    // A large block is not looked at anew with each piece of it.
    if (this.#bytes < this.#wanted) return null;
    let rest = this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending);
    try {
      for (;;) {
        const place = new Place(rest);
        this.#part(place);
        rest = rest.subarray(place.at);
      }
    } catch (error) {
      if (error instanceof TooShort) this.#wanted = error.wanted;
      else if (error instanceof Damage) this.#problem = error.message;
      else throw error;
    }
    this.#pending = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return this.#problem;
  }

  end(): string | null {
    if (this.#sync === null) return NO_CONTAINER;
    return this.#bytes > 0 ? 'its last block has no end' : null;
  }

  /** The magic bytes, an entry of the head, its end, or a block. */
  #part(place: Place): void {
    if (this.#sync !== null) {
      this.#block(place, this.#sync);
    } else if (!this.#begun) {
      if (!place.stretch(MAGIC.length).equals(MAGIC)) throw new Damage(NO_CONTAINER);
      this.#begun = true;
    } else if (this.#entries > 0) {
      const key = String(place.stretch(place.long()));
      this.metadata.set(key, Buffer.from(place.stretch(place.long())));
      this.#entries -= 1;
    } else {
      const entries = place.long();
      // How many bytes they have follows a negative number of them.
      if (entries < 0) place.long();
      if (entries === 0) this.#sync = Buffer.from(place.stretch(SYNC_BYTES));
      this.#entries = Math.abs(entries);
    }
  }

  #block(place: Place, sync: Buffer): void {
    const records = place.long();
    const data = place.stretch(place.long());
    if (!place.stretch(SYNC_BYTES).equals(sync)) throw new Damage('a block of it does not end as it should');
    this.count += records;
    this.#onBlock(records, data);
  }
}

/** Reads as far as there are bytes. @throws TooShort, Damage */
class Place {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  long(): number {
    let value = 0;
    for (let length = 0; length < MAX_LONG_BYTES; length++) {
      const byte = this.stretch(1)[0] as number;
      value += (byte & 0x7f) * 128 ** length;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new Damage('a number of it is longer than 64 bits');
  }

  stretch(bytes: number): Buffer {
    if (bytes < 0 || bytes > MAX_ITEM_BYTES) throw new Damage(`a part of it says that it has ${bytes} bytes`);
    const start = this.at;
    this.at += bytes;
    if (this.at > this.#bytes.length) throw new TooShort(this.at);
    return this.#bytes.subarray(start, this.at);
  }
}
