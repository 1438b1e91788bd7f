import type { AlertVisitor } from './visitor.ts';

/** Tells two visitors the same: one reading serves the hook's object and the file's bytes. */
export class Tee implements AlertVisitor {
  readonly #first: AlertVisitor;
  readonly #second: AlertVisitor;

  constructor(first: AlertVisitor, second: AlertVisitor) {
    this.#first = first;
    this.#second = second;
  }

  beginObject(uniqueKeys: boolean): void {
    this.#first.beginObject(uniqueKeys);
    this.#second.beginObject(uniqueKeys);
  }
  key(name: string): void {
    this.#first.key(name);
    this.#second.key(name);
  }
  endObject(): void {
    this.#first.endObject();
    this.#second.endObject();
  }
  beginArray(): void {
    this.#first.beginArray();
    this.#second.beginArray();
  }
  endArray(): void {
    this.#first.endArray();
    this.#second.endArray();
  }
  null(): void {
    this.#first.null();
    this.#second.null();
  }
  boolean(value: boolean): void {
    this.#first.boolean(value);
    this.#second.boolean(value);
  }
  int(value: number): void {
    this.#first.int(value);
    this.#second.int(value);
  }
  long(value: bigint | number): void {
    this.#first.long(value);
    this.#second.long(value);
  }
  double(value: number): void {
    this.#first.double(value);
    this.#second.double(value);
  }
  numberText(text: string): void {
    this.#first.numberText(text);
    this.#second.numberText(text);
  }
  string(value: string): void {
    this.#first.string(value);
    this.#second.string(value);
  }
  bytes(value: Uint8Array): void {
    this.#first.bytes(value);
    this.#second.bytes(value);
  }
}
