import { nobody } from './nobody.ts';
import type { AlertVisitor } from './visitor.ts';

/** Tells two visitors the same: one reading serves the hook's object and the file's bytes. A value that one of them does not want is told the other alone. */
export class Tee implements AlertVisitor {
  readonly #both: readonly [AlertVisitor, AlertVisitor];
  #first: AlertVisitor;
  #second: AlertVisitor;
  /** Whether one does not hear the value that is told. */
  #isPartial = false;
  /** How many objects and arrays of that value are open. */
  #depth = 0;

  constructor(first: AlertVisitor, second: AlertVisitor) {
    this.#both = [first, second];
    this.#first = first;
    this.#second = second;
  }

  beginObject(uniqueKeys: boolean): void {
    this.#depth += Number(this.#isPartial);
    this.#first.beginObject(uniqueKeys);
    this.#second.beginObject(uniqueKeys);
  }
  key(name: string): boolean {
    const first = this.#first.key(name);
    const second = this.#second.key(name);
    if (first !== second && !this.#isPartial) {
      this.#isPartial = true;
      if (first) this.#second = nobody;
      else this.#first = nobody;
    }
    // Of two, nobody wants everything, so the one that hears decides.
    return first && second ? true : this.#isPartial && (this.#first === nobody ? second : first);
  }
  endObject(): void {
    this.#first.endObject();
    this.#second.endObject();
    this.#end();
  }
  beginArray(): void {
    this.#depth += Number(this.#isPartial);
    this.#first.beginArray();
    this.#second.beginArray();
  }
  endArray(): void {
    this.#first.endArray();
    this.#second.endArray();
    this.#end();
  }
  null(): void {
    this.#first.null();
    this.#second.null();
    this.#afterScalar();
  }
  boolean(value: boolean): void {
    this.#first.boolean(value);
    this.#second.boolean(value);
    this.#afterScalar();
  }
  int(value: number): void {
    this.#first.int(value);
    this.#second.int(value);
    this.#afterScalar();
  }
  long(value: bigint | number): void {
    this.#first.long(value);
    this.#second.long(value);
    this.#afterScalar();
  }
  double(value: number): void {
    this.#first.double(value);
    this.#second.double(value);
    this.#afterScalar();
  }
  numberText(text: string): void {
    this.#first.numberText(text);
    this.#second.numberText(text);
    this.#afterScalar();
  }
  string(value: string): void {
    this.#first.string(value);
    this.#second.string(value);
    this.#afterScalar();
  }
  bytes(value: Uint8Array): void {
    this.#first.bytes(value);
    this.#second.bytes(value);
    this.#afterScalar();
  }

  #end(): void {
    if (!this.#isPartial) return;
    this.#depth -= 1;
    this.#afterScalar();
  }

  #afterScalar(): void {
    if (!this.#isPartial || this.#depth > 0) return;
    this.#isPartial = false;
    [this.#first, this.#second] = this.#both;
  }
}
