import { DecodeError, limits } from './error.ts';
import { utf8 } from './utf8.ts';
import { nobody } from './nobody.ts';
import type { AlertVisitor } from './visitor.ts';

/** One JSON token but for strings and brackets. Sticky: it is tried at one place. */
const LITERAL = /true|false|null|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- they must be escaped in JSON
const PLAIN_STRING = /[^"\\\u0000-\u001f]*/y;
const WHITE = /[ \t\n\r]*/y;

const ESCAPES = '"\\/bfnrt';
const HEX_DIGITS = /[0-9a-fA-F]{4}/y;

/**
 * JSON (RFC 8259), with `NaN` and `Infinity` as Python writes them. JSON.parse would not do: it forgets how a number
 * was written and puts keys that look like numbers first.
 *
 * @throws DecodeError
 */
export function readJson(bytes: Buffer, visitor: AlertVisitor): void {
  const text = utf8(bytes, 0, bytes.length);
  if (text === null) throw new DecodeError('BAD_JSON', 'The JSON text is not UTF-8.');
  new JsonReader(text, visitor).document();
}

class JsonReader {
  readonly #text: string;
  #visitor: AlertVisitor;
  #at = 0;

  constructor(text: string, visitor: AlertVisitor) {
    this.#text = text;
    this.#visitor = visitor;
  }

  document(): void {
    if (this.#text.startsWith('\ufeff')) this.#at = 1;
    this.#white();
    this.#value(0);
    this.#white();
    if (this.#at < this.#text.length) throw this.#unexpected('after the end');
  }

  #value(depth: number): void {
    if (depth > limits.depth)
      throw new DecodeError('TOO_DEEP', `JSON is nested deeper than ${limits.depth} levels.`);
    const first = this.#text[this.#at];
    if (first === '{') this.#object(depth);
    else if (first === '[') this.#array(depth);
    else if (first === '"') this.#visitor.string(this.#string());
    else this.#literal();
  }

  #object(depth: number): void {
    this.#at += 1;
    const visitor = this.#visitor;
    visitor.beginObject(false);
    this.#white();
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
    } else {
      do {
        this.#white();
        if (this.#text[this.#at] !== '"') throw this.#unexpected('where a key should be');
        if (!visitor.key(this.#string())) this.#visitor = nobody;
        this.#white();
        if (this.#text[this.#at++] !== ':') throw this.#unexpected('where a colon should be', -1);
        this.#white();
        this.#value(depth + 1);
        this.#visitor = visitor;
        this.#white();
      } while (this.#goesOn('}'));
    }
    visitor.endObject();
  }

  #array(depth: number): void {
    this.#at += 1;
    this.#visitor.beginArray();
    this.#white();
    if (this.#text[this.#at] === ']') {
      this.#at += 1;
    } else {
      do {
        this.#white();
        this.#value(depth + 1);
        this.#white();
      } while (this.#goesOn(']'));
    }
    this.#visitor.endArray();
  }

  /** After a member: a comma (true) or the closing bracket (false). */
  #goesOn(close: string): boolean {
    const next = this.#text[this.#at++];
    if (next === ',') return true;
    if (next === close) return false;
    throw this.#unexpected(`where a comma or ${close} should be`, -1);
  }

  #literal(): void {
    LITERAL.lastIndex = this.#at;
    const token = LITERAL.exec(this.#text)?.[0];
    if (token === undefined) throw this.#unexpected('where a value should be');
    if (token.length > limits.numberCharacters) {
      throw new DecodeError(
        'TOO_LARGE',
        `A number of ${token.length} digits is at character ${this.#at} of the JSON text.`,
      );
    }
    this.#at += token.length;
    switch (token) {
      case 'null':
        this.#visitor.null();
        return;
      case 'true':
      case 'false':
        this.#visitor.boolean(token === 'true');
        return;
      case 'NaN':
      case 'Infinity':
      case '-Infinity':
        this.#visitor.double(Number(token));
        return;
      default:
        this.#visitor.numberText(token);
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    this.#plain();
    const hasEscapes = this.#text[this.#at] === '\\';
    while (this.#text[this.#at] === '\\') {
      this.#at += 1;
      this.#escape();
      this.#plain();
    }
    if (this.#text[this.#at++] !== '"') throw this.#unexpected('in a string', -1);
    // Putting it together piece by piece would take many times its size in memory.
    if (hasEscapes) return JSON.parse(this.#text.slice(start, this.#at)) as string;
    return this.#text.slice(start + 1, this.#at - 1);
  }

  /** Moves behind what needs no escape. */
  #plain(): void {
    PLAIN_STRING.lastIndex = this.#at;
    PLAIN_STRING.test(this.#text);
    this.#at = PLAIN_STRING.lastIndex;
  }

  /** Moves behind an escape, whose backslash is read. */
  #escape(): void {
    const letter = this.#text[this.#at++] ?? '';
    if (letter === 'u') {
      HEX_DIGITS.lastIndex = this.#at;
      if (!HEX_DIGITS.test(this.#text)) throw this.#unexpected('in a \\u escape');
      this.#at += 4;
    } else if (letter === '' || !ESCAPES.includes(letter)) {
      throw this.#unexpected('after a backslash', -1);
    }
  }

  #white(): void {
    WHITE.lastIndex = this.#at;
    this.#at += WHITE.exec(this.#text)?.[0].length ?? 0;
  }

  #unexpected(where: string, shift = 0): DecodeError {
    const at = this.#at + shift;
    const found = this.#text[at];
    if (found === undefined) return new DecodeError('TRUNCATED', 'The JSON text ends too early.');
    return new DecodeError(
      'BAD_JSON',
      `Unexpected ${JSON.stringify(found)} ${where}, at character ${at} of the JSON text.`,
    );
  }
}
