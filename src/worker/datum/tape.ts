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
  if (value === null) out.putByte(NULL);
  else if (value === true) out.putByte(TRUE);
  else if (value === false) out.putByte(FALSE);
  else if (typeof value === 'number') {
    out.putByte(DOUBLE);
    out.putFloat64(value);
  } else if (typeof value === 'bigint') {
    if (value >= MIN_INT64 && value <= MAX_INT64) {
      out.putByte(INT64);
      out.putBigInt64(value);
    } else putText(out, LARGE, String(value));
  } else if (typeof value === 'string') putText(out, STRING, value);
  else if (Array.isArray(value)) {
    out.putByte(ARRAY);
    out.putUint32(value.length);
    for (const item of value) put(out, item);
  } else if (value instanceof Map) {
    out.putByte(OBJECT);
    out.putUint32(value.size);
    for (const [key, item] of value) {
      putText(out, STRING, key);
      put(out, item);
    }
  } else {
    out.putByte(BYTES);
    out.putUint32(value.length);
    out.append(value);
  }
}

function putText(out: Growing, type: number, text: string): void {
  const bytes = Buffer.byteLength(text);
  out.putByte(type);
  out.putUint32(bytes);
  out.putUtf8(text, bytes);
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
