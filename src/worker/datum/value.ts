import { ObjectSize } from '../decode/object-size.ts';
import type { AlertVisitor } from '../decode/visitor.ts';

/** A value with its type on the wire: a number is a double, a bigint an integer of any size. Maps keep their keys' order. */
export type Value = null | boolean | bigint | number | string | Uint8Array | Value[] | Map<string, Value>;

/** Takes a document in as values. Of a key that comes twice the last value holds, at the first one's place. */
export class ValueBuilder implements AlertVisitor {
  readonly #open: { readonly container: Value[] | Map<string, Value>; key: string }[] = [];
  readonly #size = new ObjectSize();
  #root: Value | undefined;

  /** Undefined: nothing was told. */
  get result(): Value | undefined {
    return this.#root;
  }

  beginObject(): void {
    this.#begin(new Map());
  }
  key(name: string): boolean {
    const top = this.#open.at(-1);
    if (top !== undefined) top.key = name;
    return true;
  }
  endObject(): void {
    this.#open.pop();
  }
  beginArray(): void {
    this.#begin([]);
  }
  endArray(): void {
    this.#open.pop();
  }
  null(): void {
    this.#add(null);
  }
  boolean(value: boolean): void {
    this.#add(value);
  }
  int(value: number): void {
    this.#add(BigInt(value));
  }
  long(value: bigint | number): void {
    this.#add(BigInt(value));
  }
  double(value: number): void {
    this.#add(value);
  }
  numberText(text: string): void {
    this.#add(/[.eE]/.test(text) ? Number(text) : BigInt(text));
  }
  string(value: string): void {
    this.#add(value);
  }
  bytes(value: Uint8Array): void {
    this.#add(Uint8Array.from(value));
  }

  #begin(container: Value[] | Map<string, Value>): void {
    this.#add(container);
    this.#open.push({ container, key: '' });
  }

  #add(value: Value): void {
    this.#size.grow();
    const top = this.#open.at(-1);
    if (top === undefined) this.#root = value;
    else if (Array.isArray(top.container)) top.container.push(value);
    else top.container.set(top.key, value);
  }
}

/** Tells a value as a decoder tells a document. */
export function tellValue(value: Value, visitor: AlertVisitor): void {
  if (value === null) visitor.null();
  else if (typeof value === 'boolean') visitor.boolean(value);
  else if (typeof value === 'bigint') visitor.long(value);
  else if (typeof value === 'number') visitor.double(value);
  else if (typeof value === 'string') visitor.string(value);
  else if (Array.isArray(value)) {
    visitor.beginArray();
    for (const item of value) tellValue(item, visitor);
    visitor.endArray();
  } else if (value instanceof Map) {
    visitor.beginObject(true);
    for (const [key, item] of value) {
      visitor.key(key);
      tellValue(item, visitor);
    }
    visitor.endObject();
  } else visitor.bytes(value);
}
