import type { Value } from './value.ts';

/**
 * What stands on a tape: a value as bytes, types and all, which is how alerts without a schema wait until their segment is whole. A byte says the
 * type; numbers are little-endian; texts and bytes have their length, a uint32, in front. Arrays and objects have the number of their items there,
 * and the bytes that these take, so that they can be passed over; a key is a text without a type.
 */
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

const TWO_32 = 2 ** 32;
const { NULL, FALSE, TRUE, INT64, LARGE, DOUBLE, STRING, BYTES, ARRAY, OBJECT } = tapeType;

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

  /** The halves of the 64-bit integer here, both signed. */
  get low(): number {
    return this.view.getInt32(this.at + 1, true);
  }
  get high(): number {
    return this.view.getInt32(this.at + 5, true);
  }

  /** The double or 64-bit integer here, as near as a double comes to it. */
  get number(): number {
    if (this.type === DOUBLE) return this.view.getFloat64(this.at + 1, true);
    return this.high * TWO_32 + (this.low >>> 0);
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
