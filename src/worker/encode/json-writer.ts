import { DecodeError, limits } from '../decode/error.ts';
import type { AlertVisitor } from '../decode/visitor.ts';
import { type CapturedField, type FieldNode, pythonText } from './field-capture.ts';
import { escapedLength, isPlain, ownCopy, quoted, writeEscape } from './json-string.ts';
import { pythonFloat } from './python-float.ts';

/** A key came twice. The writer has already written the first value, so somebody must sort that out first. */
export class DuplicateKey extends Error {
  override readonly name = 'DuplicateKey';
}

const FIRST_BYTES = 256 * 1024;
/** A buffer that one huge alert made larger than this is given back after it. */
const KEPT_BYTES = 16 * 1024 * 1024;
/** Longer strings are copied by the runtime, shorter ones by a loop: measured to break even near here. */
const LOOP_LENGTH = 48;
/** Keys repeat from alert to alert, some hundred of them. A message of a million distinct ones must not fill the memory for ever. */
const MAX_KNOWN_BYTES = 2 * 1024 * 1024;

/** Integers up to here are written by hand, without a string between. */
const MAX_INT = 0x7fffffff;
const MAX_INT_CHARACTERS = 11;

/** A longer key is written as any string, not kept ready. */
const MAX_READY_KEY = 1_000;
/** Of a longer string it is counted first how long it becomes, rather than making room for the longest. */
const MAX_GUESSED_LENGTH = 1_000_000;

/** What a known key takes beside its text, roughly, and what each level adds that it can be written at. */
const KEY_BYTES = 400;
const LEVEL_BYTES = 12;

const QUOTE = 0x22;
const BLANK = 0x20;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** A key, ready to be written, and the object that it was last seen in. */
interface KnownKey {
  /** In quotes and with its colon; null: too long to be kept. */
  readonly quoted: string | null;
  /** By depth: the comma before it, the new line, and the key. */
  readonly lines: Uint8Array[];
  lastSeenIn: number;
}

/** An object or array that is open. */
interface Frame {
  isArray: boolean;
  count: number;
  /** Which object this is, or 0 where keys cannot repeat. */
  serial: number;
  fields: FieldNode | undefined;
  /** Keys of enclosing objects that were seen here too: what they were last seen in there. */
  readonly shadowed: { key: KnownKey; serial: number }[];
}

/**
 * Writes JSON as Python's `json.dumps(indent=N)` does: ASCII with `\\u` escapes, floats by `repr`, `{}` and `[]` for
 * empty ones, no newline at the end; with indent 0 no white space at all. Bytes become base64.
 *
 * `fast-json-stringify` is not used for alerts: it would write a double `-999.0` as `-999`, and it knows no open maps in
 * their own order.
 */
export class JsonWriter implements AlertVisitor {
  readonly #indent: number;
  readonly #fields: FieldNode;
  readonly #keys = new Map<string, KnownKey>();
  #keyBytes = 0;
  #maxKeys = limits.keys;
  readonly #newlines: Uint8Array[] = [];
  readonly #frames: Frame[] = [];
  #out: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #at = 0;
  #depth = 0;
  #frame: Frame | undefined;
  #serial = 0;
  #literal = false;
  #field: FieldNode | undefined;
  #captured: (CapturedField | undefined)[] = [];

  /** @param fields which fields to capture while they pass. */
  constructor(indent: number, fields: FieldNode) {
    this.#indent = indent;
    this.#fields = fields;
  }

  /** Begins a new document. @param literal whether NaN and infinities are written as such, or as null. */
  start(literal: boolean): void {
    if (this.#out.length > KEPT_BYTES) this.#out = Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.#at = 0;
    this.#depth = 0;
    this.#frame = undefined;
    this.#literal = literal;
    this.#field = this.#fields;
    this.#captured = [];
    if (this.#keyBytes > MAX_KNOWN_BYTES) {
      this.#keys.clear();
      this.#keyBytes = 0;
    }
    this.#maxKeys = this.#keys.size + limits.keys;
  }

  /** The document, valid until the next {@link start}. */
  finish(): Uint8Array {
    return this.#out.subarray(0, this.#at);
  }

  /** The captured fields, by the place each has in the list that was asked for. */
  captured(): readonly (CapturedField | undefined)[] {
    return this.#captured;
  }

  beginObject(uniqueKeys: boolean): void {
    this.#open(0x7b, false, uniqueKeys ? 0 : ++this.#serial);
  }

  endObject(): void {
    for (const { key, serial } of (this.#frame as Frame).shadowed.splice(0)) key.lastSeenIn = serial;
    this.#close(0x7d);
  }

  beginArray(): void {
    this.#open(0x5b, true, 0);
  }

  endArray(): void {
    this.#close(0x5d);
  }

  key(name: string): boolean {
    const frame = this.#frame as Frame;
    const key = this.#keys.get(name) ?? this.#newKey(name);
    if (frame.serial !== 0) this.#noteKey(key, frame, name);
    // The first key of an object has no comma before it.
    if (key.quoted === null) this.#longKey(name, frame);
    else this.#copy(key.lines[this.#depth] ?? this.#makeLine(key.quoted, key), frame.count++ === 0 ? 1 : 0);
    this.#field = frame.fields?.children.get(name);
    return true;
  }

  null(): void {
    this.#scalar('null');
  }

  boolean(value: boolean): void {
    this.#capture(value ? 'True' : 'False');
    this.#scalar(value ? 'true' : 'false');
  }

  int(value: number): void {
    if (this.#field !== undefined) this.#capture(String(value));
    this.#beforeValue();
    this.#digits(value);
  }

  long(value: bigint | number): void {
    if (typeof value === 'number' && value <= MAX_INT && value >= -MAX_INT) {
      this.int(value);
      return;
    }
    const text = String(value);
    this.#capture(text);
    this.#scalar(text);
  }

  double(value: number): void {
    if (
      value <= MAX_INT &&
      value >= -MAX_INT &&
      this.#field === undefined &&
      (value | 0) === value &&
      value !== 0
    ) {
      this.#beforeValue();
      this.#digits(value);
      this.#out[this.#at++] = POINT;
      this.#out[this.#at++] = ZERO;
    } else if (Number.isFinite(value)) {
      const text = pythonFloat(value);
      this.#capture(text);
      this.#scalar(text);
    } else if (this.#literal) {
      this.#capture(pythonText(value));
      this.#scalar(Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity');
    } else {
      this.#scalar('null');
    }
  }

  numberText(text: string): void {
    this.#capture(text);
    this.#scalar(text);
  }

  string(value: string): void {
    this.#capture(value);
    this.#beforeValue();
    this.#quote(value);
  }

  #quote(value: string): void {
    const asIs = value.length > LOOP_LENGTH && isPlain(value);
    const guess = value.length > MAX_GUESSED_LENGTH ? escapedLength(value) : 6 * value.length;
    this.#reserve(2 + (asIs ? value.length : guess));
    const out = this.#out;
    let at = this.#at;
    out[at++] = QUOTE;
    if (asIs) {
      at += out.write(value, at, 'latin1');
    } else {
      for (let i = 0; i < value.length; i++) {
        const unit = value.charCodeAt(i);
        if (unit >= 0x20 && unit < 0x7f && unit !== QUOTE && unit !== BACKSLASH) out[at++] = unit;
        else at = writeEscape(unit, out, at);
      }
    }
    out[at++] = QUOTE;
    this.#at = at;
  }

  bytes(value: Uint8Array): void {
    this.#beforeValue();
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString(
      'base64',
      0,
      value.byteLength,
    );
    this.#reserve(2 + text.length);
    this.#out[this.#at++] = QUOTE;
    this.#at += this.#out.write(text, this.#at, 'latin1');
    this.#out[this.#at++] = QUOTE;
  }

  /** A small integer, without a string between; room for `.0` behind it is kept. */
  #digits(value: number): void {
    this.#reserve(MAX_INT_CHARACTERS + 2);
    const out = this.#out;
    let rest = value < 0 ? -value : value;
    if (value < 0) out[this.#at++] = MINUS;
    let end = this.#at + 1;
    for (let power = 10; power <= rest; power *= 10) end += 1;
    this.#at = end;
    do {
      const next = (rest / 10) | 0;
      out[--end] = ZERO + rest - 10 * next;
      rest = next;
    } while (rest > 0);
  }

  #scalar(text: string): void {
    this.#beforeValue();
    this.#reserve(text.length);
    const out = this.#out;
    let at = this.#at;
    for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
    this.#at = at;
  }

  #capture(text: string): void {
    const place = this.#field?.place;
    if (place !== undefined) this.#captured[place] = text;
  }

  #newKey(name: string): KnownKey {
    if (this.#keys.size >= this.#maxKeys) {
      throw new DecodeError('TOO_LARGE', `It has more than ${limits.keys} different keys.`);
    }
    // A piece of a message's text would keep all of that text.
    const own = ownCopy(name);
    const ready = name.length <= MAX_READY_KEY ? `${quoted(own)}:${this.#indent > 0 ? ' ' : ''}` : null;
    const key = { quoted: ready, lines: [], lastSeenIn: 0 };
    this.#keys.set(own, key);
    if (ready === null) this.#keyBytes += KEY_BYTES + 2 * name.length;
    return key;
  }

  #longKey(name: string, frame: Frame): void {
    this.#separate(frame);
    this.#quote(name);
    this.#reserve(2);
    this.#out[this.#at++] = COLON;
    if (this.#indent > 0) this.#out[this.#at++] = BLANK;
  }

  #makeLine(text: string, key: KnownKey): Uint8Array {
    // Memory of its own: a piece of Node's pool would keep 8 KB.
    const line = new Uint8Array(Buffer.from(`,${this.#lineStart(this.#depth)}${text}`, 'latin1'));
    key.lines[this.#depth] = line;
    this.#keyBytes += KEY_BYTES + line.length + LEVEL_BYTES * this.#depth;
    return line;
  }

  #lineStart(depth: number): string {
    return this.#indent > 0 ? `\n${' '.repeat(depth * this.#indent)}` : '';
  }

  #noteKey(key: KnownKey, frame: Frame, name: string): void {
    if (key.lastSeenIn === frame.serial) throw new DuplicateKey(name);
    for (let depth = this.#depth - 2; depth >= 0 && key.lastSeenIn !== 0; depth--) {
      if (this.#frames[depth]?.serial !== key.lastSeenIn) continue;
      frame.shadowed.push({ key, serial: key.lastSeenIn });
      break;
    }
    key.lastSeenIn = frame.serial;
  }

  #open(bracket: number, isArray: boolean, serial: number): void {
    this.#beforeValue();
    this.#reserve(1);
    this.#out[this.#at++] = bracket;
    const fields = isArray ? undefined : this.#field;
    // An array's items are not the field that it is.
    this.#field = undefined;
    const frame = (this.#frames[this.#depth] ??= { isArray, count: 0, serial, fields, shadowed: [] });
    frame.isArray = isArray;
    frame.count = 0;
    frame.serial = serial;
    frame.fields = fields;
    frame.shadowed.length = 0;
    this.#frame = frame;
    this.#depth += 1;
  }

  #close(bracket: number): void {
    const { count } = this.#frame as Frame;
    this.#depth -= 1;
    if (count > 0 && this.#indent > 0) this.#newline();
    this.#reserve(1);
    this.#out[this.#at++] = bracket;
    this.#frame = this.#depth > 0 ? this.#frames[this.#depth - 1] : undefined;
  }

  /** What stands before a value: in an array the comma and the new line; in an object the key has seen to that. */
  #beforeValue(): void {
    const frame = this.#frame;
    if (frame?.isArray === true) {
      this.#separate(frame);
      this.#field = undefined;
    }
  }

  #separate(frame: Frame): void {
    if (frame.count++ > 0) {
      this.#reserve(1);
      this.#out[this.#at++] = COMMA;
    }
    if (this.#indent > 0) this.#newline();
  }

  #newline(): void {
    this.#copy(
      (this.#newlines[this.#depth] ??= new Uint8Array(Buffer.from(this.#lineStart(this.#depth)))),
      0,
    );
  }

  #copy(bytes: Uint8Array, from: number): void {
    this.#reserve(bytes.length);
    const out = this.#out;
    let at = this.#at;
    for (let i = from; i < bytes.length; i++) out[at++] = bytes[i] as number;
    this.#at = at;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const wanted = this.#at + bytes;
    if (wanted > limits.outputBytes) {
      throw new DecodeError('TOO_LARGE', `As JSON it has more than ${limits.outputBytes} bytes.`);
    }
    const larger = Buffer.allocUnsafeSlow(
      Math.max(Math.min(2 * this.#out.length, limits.outputBytes), wanted),
    );
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }
}
