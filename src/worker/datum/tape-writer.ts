import { ObjectSize } from '../decode/object-size.ts';
import type { AlertVisitor } from '../decode/visitor.ts';
import { Tape } from './tape.ts';

/** A tape cannot be written as a document is told: of a key that comes twice the last value holds, at the first one's place. */
export class RepeatedKey extends Error {
  override readonly name = 'RepeatedKey';
}

/** Keys repeat from alert to alert, some hundred of them. A message of a million distinct ones must not fill the memory for ever. */
const MAX_KNOWN_KEYS = 20_000;

interface KnownKey {
  /** With its length in front. */
  readonly bytes: Uint8Array;
  /** The object in which it stood the last time. */
  seenIn: number;
}

interface Frame {
  readonly start: number;
  readonly serial: number;
  /** null: keys come once, or there are none. */
  readonly keys: Map<string, KnownKey> | null;
  key: KnownKey | null;
  items: number;
}

/** Takes a document in as a tape, without making an object of it. */
export class TapeWriter implements AlertVisitor {
  readonly #tape = new Tape();
  readonly #frames: Frame[] = [];
  /** By the depth at which they stand: there only one object is open at a time. */
  readonly #known: Map<string, KnownKey>[] = [];
  #knownKeys = 0;
  #serial = 0;
  #size = new ObjectSize();
  /** Whether the document is an object or array. */
  isContainer = false;

  /** Begins a document. */
  begin(): void {
    this.#tape.clear();
    this.#frames.length = 0;
    this.#size = new ObjectSize();
    this.isContainer = false;
    if (this.#knownKeys < MAX_KNOWN_KEYS) return;
    this.#known.length = 0;
    this.#knownKeys = 0;
  }

  /** The document that was told. */
  copy(): Uint8Array {
    return this.#tape.copy();
  }

  beginObject(): void {
    this.#begin(false);
  }
  key(name: string): boolean {
    const frame = this.#frames.at(-1);
    if (frame?.keys == null) return true;
    let key = frame.keys.get(name);
    if (key === undefined) {
      key = { bytes: sizedUtf8(name), seenIn: 0 };
      frame.keys.set(name, key);
      this.#knownKeys += 1;
    }
    frame.key = key;
    return true;
  }
  endObject(): void {
    this.#end();
  }
  beginArray(): void {
    this.#begin(true);
  }
  endArray(): void {
    this.#end();
  }
  null(): void {
    this.#count();
    this.#tape.null();
  }
  boolean(value: boolean): void {
    this.#count();
    this.#tape.boolean(value);
  }
  int(value: number): void {
    this.#count();
    this.#tape.int32(value);
  }
  long(value: bigint | number): void {
    this.#count();
    if (typeof value === 'number' && (value | 0) === value) this.#tape.int32(value);
    else this.#tape.integer(BigInt(value));
  }
  double(value: number): void {
    this.#count();
    this.#tape.double(value);
  }
  numberText(text: string): void {
    this.#count();
    if (/[.eE]/.test(text)) this.#tape.double(Number(text));
    else this.#tape.integer(BigInt(text));
  }
  string(value: string): void {
    this.#count();
    this.#tape.string(value);
  }
  bytes(value: Uint8Array): void {
    this.#count();
    this.#tape.bytes(value);
  }

  #begin(isArray: boolean): void {
    this.#count();
    const depth = this.#frames.length;
    if (depth === 0) this.isContainer = true;
    const keys = isArray ? null : (this.#known[depth] ??= new Map<string, KnownKey>());
    this.#frames.push({
      start: this.#tape.begin(isArray),
      serial: ++this.#serial,
      keys,
      key: null,
      items: 0,
    });
  }

  #end(): void {
    const frame = this.#frames.pop();
    if (frame !== undefined) this.#tape.end(frame.start, frame.items);
  }

  /** Another value begins. Its key is written only now: what it names may have been left out. */
  #count(): void {
    this.#size.grow();
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    frame.items += 1;
    const { key } = frame;
    if (key === null) return;
    if (key.seenIn === frame.serial) throw new RepeatedKey('a key comes twice');
    key.seenIn = frame.serial;
    this.#tape.keyBytes(key.bytes);
    frame.key = null;
  }
}

function sizedUtf8(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  const sized = Buffer.alloc(4 + bytes.length);
  sized.writeUInt32LE(bytes.length);
  sized.set(bytes, 4);
  return sized;
}
