import { Decimal128 } from 'bson';
import { BsonNames } from './bson-names.ts';
import { DecodeError, limits } from './error.ts';
import { isoTime } from './time.ts';
import { utf8 } from './utf8.ts';
import { nobody } from './nobody.ts';
import type { AlertVisitor } from './visitor.ts';

/**
 * BSON, as Python's `bson` 0.5.10 writes it and as bsonspec.org 1.1 defines it. Every element type has a form in JSON:
 *
 *     01 double        number                    0C DBPointer    {"$ref": "…", "$id": "hex"}
 *     02 string        string                    0D code         string
 *     03 document      object                    0E symbol       string
 *     04 array         array, keys ignored       0F code+scope   {"$code": "…", "$scope": {…}}
 *     05 binary        base64, subtype dropped   10 int32        integer
 *     06 undefined     null                      11 uint64       integer (standard BSON: timestamp)
 *     07 ObjectId      24 hex digits             12 int64        integer
 *     08 boolean       true, false               13 decimal128   string
 *     09 datetime      ISO 8601 with ms, UTC     7F max key      "MaxKey"
 *     0A null          null                      FF min key      "MinKey"
 *     0B regex         "/pattern/options"
 *
 * @throws DecodeError
 */
export function readBson(bytes: Buffer, visitor: AlertVisitor): void {
  const reader = new BsonReader(bytes, visitor);
  reader.document(false, 0);
  if (reader.at !== bytes.length) {
    throw new DecodeError('TRAILING_BYTES', `${bytes.length - reader.at} bytes follow the BSON document.`);
  }
}

/** Shared by all messages of a thread. */
const names = new BsonNames();

class BsonReader {
  at = 0;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #visitor: AlertVisitor;

  constructor(bytes: Buffer, visitor: AlertVisitor) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#visitor = visitor;
  }

  document(isArray: boolean, depth: number): void {
    if (depth > limits.depth)
      throw new DecodeError('TOO_DEEP', `BSON is nested deeper than ${limits.depth} levels.`);
    const visitor = this.#visitor;
    const start = this.at;
    const length = this.#int32();
    const end = start + length;
    if (length < 5 || end > this.#bytes.length) throw this.#lie('document', length, start);
    if (isArray) visitor.beginArray();
    else visitor.beginObject(false);
    for (;;) {
      if (this.at >= end)
        throw new DecodeError('BAD_BSON', `The BSON document at byte ${start} does not end where it says.`);
      const type = this.#bytes[this.at++] as number;
      if (type === 0) break;
      if (isArray) this.#skipName();
      else if (!visitor.key(this.#elementName())) {
        this.#skip(type);
        continue;
      }
      this.#element(type, depth);
    }
    if (this.at !== end)
      throw new DecodeError('BAD_BSON', `The BSON document at byte ${start} does not end where it says.`);
    if (isArray) visitor.endArray();
    else visitor.endObject();
  }

  #element(type: number, depth: number): void {
    const visitor = this.#visitor;
    switch (type) {
      case 0x01:
        visitor.double(this.#view.getFloat64(this.#take(8), true));
        return;
      case 0x02:
      case 0x0d:
      case 0x0e:
        visitor.string(this.#string());
        return;
      case 0x03:
      case 0x04:
        this.document(type === 0x04, depth + 1);
        return;
      case 0x05:
        visitor.bytes(this.#binary());
        return;
      case 0x06:
      case 0x0a:
        visitor.null();
        return;
      case 0x07:
        visitor.string(this.#hex(12));
        return;
      case 0x08:
        visitor.boolean(this.#boolean());
        return;
      case 0x09: {
        const ms = this.#view.getBigInt64(this.#take(8), true);
        const text = isoTime(ms, 3, 'Z');
        if (text === null) visitor.long(ms);
        else visitor.string(text);
        return;
      }
      case 0x0b:
        visitor.string(`/${this.#cstring()}/${this.#cstring()}`);
        return;
      case 0x0c:
        visitor.beginObject(true);
        this.#part('$ref', 0x02, depth);
        this.#part('$id', 0x07, depth);
        visitor.endObject();
        return;
      case 0x0f:
        this.#codeWithScope(depth);
        return;
      case 0x10:
        visitor.int(this.#int32());
        return;
      case 0x11:
        visitor.long(this.#view.getBigUint64(this.#take(8), true));
        return;
      case 0x12:
        visitor.long(this.#int64());
        return;
      case 0x13: {
        const start = this.#take(16);
        visitor.string(new Decimal128(Uint8Array.from(this.#bytes.subarray(start, start + 16))).toString());
        return;
      }
      case 0x7f:
        visitor.string('MaxKey');
        return;
      case 0xff:
        visitor.string('MinKey');
        return;
      default:
        throw new DecodeError(
          'BAD_BSON',
          `BSON has no element type 0x${type.toString(16).padStart(2, '0')} (byte ${this.at}).`,
        );
    }
  }

  /** Passes over a value. What it holds is looked at no further than its length asks. */
  #skip(type: number): void {
    switch (type) {
      case 0x02:
      case 0x0d:
      case 0x0e:
        this.#skipSized('string', 4);
        return;
      case 0x03:
      case 0x04:
      case 0x0f:
        this.#skipSized('document', 0);
        return;
      case 0x05:
        this.#skipSized('binary', 5);
        return;
      default: {
        const visitor = this.#visitor;
        this.#visitor = nobody;
        this.#element(type, 0);
        this.#visitor = visitor;
      }
    }
  }

  /** @param beside how many bytes the announced length does not count, itself among them. */
  #skipSized(what: string, beside: number): void {
    const start = this.at;
    const length = this.#int32();
    if (length < 0 || length + beside < 5 || start + length + beside > this.#bytes.length)
      throw this.#lie(what, length, start);
    this.at = start + length + beside;
  }

  /** Moves on by so many bytes and says where they begin. */
  #take(bytes: number): number {
    const start = this.at;
    this.at += bytes;
    if (this.at > this.#bytes.length) throw new DecodeError('TRUNCATED', 'The BSON document ends too early.');
    return start;
  }

  #int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** As a number where that is exact: BigInts are slow. */
  #int64(): number | bigint {
    const start = this.#take(8);
    const high = this.#view.getInt32(start + 4, true);
    if (high < -0x200000 || high >= 0x200000) return this.#view.getBigInt64(start, true);
    return high * 0x100000000 + this.#view.getUint32(start, true);
  }

  #boolean(): boolean {
    const value = this.#bytes[this.#take(1)];
    if (value !== 0 && value !== 1)
      throw new DecodeError('BAD_BSON', `A BSON boolean is ${value ?? 'missing'} (byte ${this.at}).`);
    return value === 1;
  }

  /** A string with its length before it. */
  #string(): string {
    const start = this.at;
    const length = this.#int32();
    if (length < 1 || this.at + length > this.#bytes.length) throw this.#lie('string', length, start);
    const end = this.at + length - 1;
    if (this.#bytes[end] !== 0)
      throw new DecodeError('BAD_BSON', `The BSON string at byte ${start} does not end with NUL.`);
    const text = this.#text(this.at, end);
    this.at = end + 1;
    return text;
  }

  #elementName(): string {
    const start = this.at;
    const expected = names.expected(this.#bytes, start);
    if (expected !== null) {
      this.at += names.matchedBytes;
      return expected;
    }
    this.#skipName();
    return names.read(this.#bytes, start, this.at - 1) ?? this.#text(start, this.at - 1);
  }

  /** A string that ends with NUL. */
  #cstring(): string {
    const start = this.at;
    this.#skipName();
    return this.#text(start, this.at - 1);
  }

  #skipName(): void {
    const bytes = this.#bytes;
    let at = this.at;
    while (at < bytes.length && bytes[at] !== 0) at += 1;
    if (at >= bytes.length) throw new DecodeError('TRUNCATED', 'The BSON document ends too early.');
    this.at = at + 1;
  }

  #text(start: number, end: number): string {
    const text = utf8(this.#bytes, start, end);
    if (text === null) throw new DecodeError('BAD_BSON', `The BSON text at byte ${start} is not UTF-8.`);
    return text;
  }

  #binary(): Uint8Array {
    const start = this.at;
    const length = this.#int32();
    const subtype = this.#bytes[this.#take(1)];
    if (length < 0 || this.at + length > this.#bytes.length) throw this.#lie('binary', length, start);
    const from = this.#take(length);
    // The old subtype 2 repeats the length inside.
    const skip = subtype === 2 && length >= 4 ? 4 : 0;
    return this.#bytes.subarray(from + skip, from + length);
  }

  #hex(bytes: number): string {
    const start = this.#take(bytes);
    return this.#bytes.toString('hex', start, start + bytes);
  }

  #codeWithScope(depth: number): void {
    const start = this.at;
    const length = this.#int32();
    this.#visitor.beginObject(true);
    this.#part('$code', 0x02, depth);
    this.#part('$scope', 0x03, depth);
    this.#visitor.endObject();
    if (this.at !== start + length) throw this.#lie('code', length, start);
  }

  /** A value that has no name of its own in BSON. */
  #part(name: string, type: number, depth: number): void {
    if (this.#visitor.key(name)) this.#element(type, depth);
    else this.#skip(type);
  }

  #lie(what: string, length: number, start: number): DecodeError {
    return new DecodeError(
      'BAD_BSON',
      `The BSON ${what} at byte ${start} claims a length of ${length} bytes.`,
    );
  }
}
