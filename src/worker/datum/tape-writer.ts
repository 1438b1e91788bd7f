import { limits } from '../decode/error.ts';
import { ObjectSize } from '../decode/object-size.ts';
import type { AlertVisitor } from '../decode/visitor.ts';
import { Growing } from '../write/segment-encoder.ts';
import { jsonText } from './json-text.ts';
import { TapeCursor, tapeType } from './tape.ts';
import { tellValue, ValueBuilder } from './value.ts';

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** A key came twice, and its first value is written already. */
class RepeatedKey extends Error {
  override readonly name = 'RepeatedKey';
}

/** Keys repeat from alert to alert, some hundred of them. A message of a million distinct ones must not fill the memory for ever. */
const MAX_KNOWN_KEYS = 20_000;

/** Of a tape that is surely not too long as JSON: a byte of it becomes six characters at the most, such as `false,` or `\u0001`. */
const SURELY_TEXT_BYTES = limits.outputBytes / 6;

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
  readonly #out = new Growing();
  readonly #frames: Frame[] = [];
  /** By the depth at which they stand: there only one object is open at a time. */
  readonly #known: Map<string, KnownKey>[] = [];
  #knownKeys = 0;
  #serial = 0;
  #size = new ObjectSize();
  /** Whether the last document was an object or array. */
  isContainer = false;

  /**
   * A document as a tape.
   *
   * @param tell is called once more where a key comes twice: then the last value holds, at the first one's place, which takes an object.
   * @throws DecodeError
   */
  write(tell: (visitor: AlertVisitor) => void): Uint8Array {
    this.#start();
    const knownKeys = this.#knownKeys;
    try {
      tell(this);
    } catch (error) {
      if (!(error instanceof RepeatedKey)) throw error;
      const values = new ValueBuilder();
      tell(values);
      this.#start();
      tellValue(values.result ?? null, this);
    }
    const tape = this.#out.written.slice();
    // What has nothing in common with other alerts becomes JSON when the segment is whole. Whether that can be must be known now.
    if (tape.length > SURELY_TEXT_BYTES || this.#knownKeys - knownKeys > limits.keys) {
      const cursor = new TapeCursor();
      cursor.begin(tape);
      jsonText(cursor.value());
    }
    return tape;
  }

  beginObject(): void {
    this.#begin(tapeType.OBJECT);
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
    this.#begin(tapeType.ARRAY);
  }
  endArray(): void {
    this.#end();
  }
  null(): void {
    this.#type(tapeType.NULL);
  }
  boolean(value: boolean): void {
    this.#type(value ? tapeType.TRUE : tapeType.FALSE);
  }
  int(value: number): void {
    this.#type(tapeType.INT64);
    this.#out.putInt32(value);
    this.#out.putInt32(value >> 31);
  }
  long(value: bigint | number): void {
    if (typeof value === 'number' && (value | 0) === value) this.int(value);
    else this.#integer(BigInt(value));
  }
  double(value: number): void {
    this.#type(tapeType.DOUBLE);
    this.#out.putFloat64(value);
  }
  numberText(text: string): void {
    if (/[.eE]/.test(text)) this.double(Number(text));
    else this.#integer(BigInt(text));
  }
  string(value: string): void {
    this.#type(tapeType.STRING);
    this.#out.putSizedUtf8(value);
  }
  bytes(value: Uint8Array): void {
    this.#type(tapeType.BYTES);
    this.#out.putUint32(value.length);
    this.#out.append(value);
  }

  #start(): void {
    this.#out.length = 0;
    this.#frames.length = 0;
    this.#size = new ObjectSize();
    this.isContainer = false;
    if (this.#knownKeys < MAX_KNOWN_KEYS) return;
    this.#known.length = 0;
    this.#knownKeys = 0;
  }

  #integer(value: bigint): void {
    if (value >= MIN_INT64 && value <= MAX_INT64) {
      this.#type(tapeType.INT64);
      this.#out.putBigInt64(value);
    } else {
      this.#type(tapeType.LARGE);
      this.#out.putSizedUtf8(String(value));
    }
  }

  #begin(type: number): void {
    const depth = this.#frames.length;
    if (depth === 0) this.isContainer = true;
    this.#type(type);
    const start = this.#out.length;
    // Set at the end.
    this.#out.putUint32(0);
    this.#out.putUint32(0);
    const keys = type === tapeType.ARRAY ? null : (this.#known[depth] ??= new Map<string, KnownKey>());
    this.#frames.push({ start, serial: ++this.#serial, keys, key: null, items: 0 });
  }

  #end(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    this.#out.setUint32(frame.start, frame.items);
    this.#out.setUint32(frame.start + 4, this.#out.length - frame.start - 8);
  }

  /** Another value begins. Its key is written only now: what it names may have been left out. */
  #type(type: number): void {
    this.#size.grow();
    const frame = this.#frames.at(-1);
    if (frame !== undefined) {
      frame.items += 1;
      if (frame.key !== null) this.#key(frame, frame.key);
    }
    this.#out.putByte(type);
  }

  #key(frame: Frame, key: KnownKey): void {
    if (key.seenIn === frame.serial) throw new RepeatedKey('a key comes twice');
    key.seenIn = frame.serial;
    this.#out.append(key.bytes);
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
