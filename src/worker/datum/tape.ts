import type { Value } from './value.ts';
import { Growing } from '../write/segment-encoder.ts';

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const INT64 = 3;
/** An integer that int64 does not hold, as text. */
const LARGE = 4;
const DOUBLE = 5;
const STRING = 6;
const BYTES = 7;
const ARRAY = 8;
const OBJECT = 9;

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * A value as bytes, types and all: how alerts without a schema wait until their segment is whole. A byte says the type; numbers are
 * little-endian; texts, bytes, arrays and objects have their length, a uint32, in front.
 */
export function encodeTape(value: Value): Uint8Array {
  const out = new Growing();
  put(out, value);
  return out.take();
}

/** Reads a tape from its beginning. */
export function decodeTape(bytes: Uint8Array): Value {
  return new Reader(bytes).value();
}

function put(out: Growing, value: Value): void {
  if (value === null) out.append(Uint8Array.of(NULL));
  else if (value === true) out.append(Uint8Array.of(TRUE));
  else if (value === false) out.append(Uint8Array.of(FALSE));
  else if (typeof value === 'number') viewOf(out.extend(9), DOUBLE).setFloat64(1, value, true);
  else if (typeof value === 'bigint') {
    if (value >= MIN_INT64 && value <= MAX_INT64) viewOf(out.extend(9), INT64).setBigInt64(1, value, true);
    else putText(out, LARGE, String(value));
  } else if (typeof value === 'string') putText(out, STRING, value);
  else if (Array.isArray(value)) {
    viewOf(out.extend(5), ARRAY).setUint32(1, value.length, true);
    for (const item of value) put(out, item);
  } else if (value instanceof Map) {
    viewOf(out.extend(5), OBJECT).setUint32(1, value.size, true);
    for (const [key, item] of value) {
      putText(out, STRING, key);
      put(out, item);
    }
  } else {
    viewOf(out.extend(5), BYTES).setUint32(1, value.length, true);
    out.append(value);
  }
}

function putText(out: Growing, type: number, text: string): void {
  const bytes = Buffer.byteLength(text);
  const room = out.extend(5 + bytes);
  viewOf(room, type).setUint32(1, bytes, true);
  Buffer.from(room.buffer, room.byteOffset, room.byteLength).write(text, 5);
}

function viewOf(room: Uint8Array, type: number): DataView {
  room[0] = type;
  return new DataView(room.buffer, room.byteOffset, room.byteLength);
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(): Value {
    const type = this.#bytes[this.#at++];
    switch (type) {
      case NULL:
        return null;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case INT64:
        return this.#bytes.readBigInt64LE(this.#skip(8));
      case DOUBLE:
        return this.#bytes.readDoubleLE(this.#skip(8));
      case LARGE:
        return BigInt(this.#text());
      case STRING:
        return this.#text();
      case BYTES: {
        const length = this.#length();
        const start = this.#skip(length);
        return this.#bytes.subarray(start, start + length);
      }
      case ARRAY:
        return Array.from({ length: this.#length() }, () => this.value());
      case OBJECT: {
        const map = new Map<string, Value>();
        for (let left = this.#length(); left > 0; left--) {
          this.#skip(1);
          map.set(this.#text(), this.value());
        }
        return map;
      }
      default:
        throw new Error(`A tape holds a value of type ${type ?? 'none'}.`);
    }
  }

  #length(): number {
    return this.#bytes.readUInt32LE(this.#skip(4));
  }

  #text(): string {
    const length = this.#length();
    const start = this.#skip(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  #skip(bytes: number): number {
    const start = this.#at;
    this.#at += bytes;
    return start;
  }
}
