import { Growing } from '../write/segment-encoder.ts';
import type { Value } from './value.ts';

/** What stands on a tape. */
export const tapeType = {
  NULL: 0,
  FALSE: 1,
  TRUE: 2,
  INT64: 3,
  /** An integer that int64 does not hold, as text. */
  LARGE: 4,
  DOUBLE: 5,
  STRING: 6,
  BYTES: 7,
  ARRAY: 8,
  OBJECT: 9,
} as const;

const { NULL, FALSE, TRUE, INT64, LARGE, DOUBLE, STRING, BYTES, ARRAY, OBJECT } = tapeType;

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * Writes a value as bytes, types and all: how alerts without a schema wait until their segment is whole. A byte says the type; numbers are
 * little-endian; texts and bytes have their length, a uint32, in front. Arrays and objects have the number of their items there, and the bytes
 * that these take, so that they can be passed over; a key is a text without a type.
 */
export class Tape {
  readonly #out = new Growing();

  /** A copy of what was written. */
  copy(): Uint8Array {
    return this.#out.written.slice();
  }

  /** Begins anew. */
  clear(): void {
    this.#out.length = 0;
  }

  null(): void {
    this.#out.putByte(NULL);
  }
  boolean(value: boolean): void {
    this.#out.putByte(value ? TRUE : FALSE);
  }
  int32(value: number): void {
    this.#out.putByte(INT64);
    this.#out.putInt32(value);
    this.#out.putInt32(value >> 31);
  }
  integer(value: bigint): void {
    if (value >= MIN_INT64 && value <= MAX_INT64) {
      this.#out.putByte(INT64);
      this.#out.putBigInt64(value);
    } else {
      this.#out.putByte(LARGE);
      this.#out.putSizedUtf8(String(value));
    }
  }
  double(value: number): void {
    this.#out.putByte(DOUBLE);
    this.#out.putFloat64(value);
  }
  string(value: string): void {
    this.#out.putByte(STRING);
    this.#out.putSizedUtf8(value);
  }
  bytes(value: Uint8Array): void {
    this.#out.putByte(BYTES);
    this.#out.putUint32(value.length);
    this.#out.append(value);
  }
  key(name: string): void {
    this.#out.putSizedUtf8(name);
  }
  /** A key, with its length in front. */
  keyBytes(bytes: Uint8Array): void {
    this.#out.append(bytes);
  }
  /** @returns what to {@link end} it by. */
  begin(isArray: boolean): number {
    this.#out.putByte(isArray ? ARRAY : OBJECT);
    const start = this.#out.length;
    this.#out.putUint32(0);
    this.#out.putUint32(0);
    return start;
  }
  end(start: number, items: number): void {
    this.#out.setUint32(start, items);
    this.#out.setUint32(start + 4, this.#out.length - start - 8);
  }
}

/** A value as a tape. */
export function encodeTape(value: Value): Uint8Array {
  const tape = new Tape();
  put(tape, value);
  return tape.copy();
}

function put(tape: Tape, value: Value): void {
  if (value === null) tape.null();
  else if (typeof value === 'boolean') tape.boolean(value);
  else if (typeof value === 'number') tape.double(value);
  else if (typeof value === 'bigint') tape.integer(value);
  else if (typeof value === 'string') tape.string(value);
  else if (Array.isArray(value)) {
    const start = tape.begin(true);
    for (const item of value) put(tape, item);
    tape.end(start, value.length);
  } else if (value instanceof Map) {
    const start = tape.begin(false);
    for (const [key, item] of value) {
      tape.key(key);
      put(tape, item);
    }
    tape.end(start, value.size);
  } else tape.bytes(value);
}

/** A place on a tape. */
export class TapeCursor {
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;

  begin(tape: Uint8Array): void {
    this.bytes = Buffer.from(tape.buffer, tape.byteOffset, tape.byteLength);
    this.view = new DataView(tape.buffer, tape.byteOffset, tape.byteLength);
    this.at = 0;
  }

  /** The type of the value here, without a step. */
  get type(): number {
    return this.bytes[this.at] as number;
  }

  uint32(): number {
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  /** Into the array or object here. @returns how many items it has. */
  enter(): number {
    this.at += 1;
    const items = this.uint32();
    this.at += 4;
    return items;
  }

  /** A text behind its length. */
  text(): string {
    const length = this.uint32();
    const start = this.at;
    this.at += length;
    return this.bytes.toString('utf8', start, this.at);
  }

  /** Behind the value here. */
  skip(): void {
    const type = this.bytes[this.at++];
    switch (type) {
      case INT64:
      case DOUBLE:
        this.at += 8;
        return;
      case LARGE:
      case STRING:
      case BYTES: {
        const length = this.uint32();
        this.at += length;
        return;
      }
      case ARRAY:
      case OBJECT: {
        this.at += 4;
        const length = this.uint32();
        this.at += length;
        return;
      }
      default:
    }
  }

  /** The value here, as an object. */
  value(): Value {
    const type = this.bytes[this.at++];
    switch (type) {
      case NULL:
        return null;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case INT64:
        this.at += 8;
        return this.bytes.readBigInt64LE(this.at - 8);
      case DOUBLE:
        this.at += 8;
        return this.bytes.readDoubleLE(this.at - 8);
      case LARGE:
        return BigInt(this.text());
      case STRING:
        return this.text();
      case BYTES: {
        const length = this.uint32();
        this.at += length;
        return this.bytes.subarray(this.at - length, this.at);
      }
      case ARRAY: {
        const length = this.uint32();
        this.at += 4;
        return Array.from({ length }, () => this.value());
      }
      case OBJECT: {
        const map = new Map<string, Value>();
        const length = this.uint32();
        this.at += 4;
        for (let left = length; left > 0; left--) {
          const key = this.text();
          map.set(key, this.value());
        }
        return map;
      }
      default:
        throw new Error(`A tape holds a value of type ${type ?? 'none'}.`);
    }
  }
}
