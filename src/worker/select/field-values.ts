import type { AlertVisitor } from '../decode/visitor.ts';
import type { FieldNode } from '../encode/field-capture.ts';
import { COMPOUND, type Value } from './value.ts';

/** Thrown to leave a record once all is known that is wanted of it. */
class Enough extends Error {
  override readonly name = 'Enough';
}
const enough = new Enough('All wanted fields are read.');

/** Collects the values of a few fields and lets everything else be passed over. */
export class FieldValues implements AlertVisitor {
  readonly #root: FieldNode;
  readonly #values: Value[];
  readonly #open: (FieldNode | undefined)[] = [];
  #field: FieldNode | undefined;
  /** How many fields are still to come, where each comes once; beyond counting: read to the end. */
  #left = Infinity;

  constructor(root: FieldNode, count: number) {
    this.#root = root;
    this.#values = new Array<Value>(count).fill(null);
  }

  /**
   * The values of one record, valid until the next call.
   *
   * @param available how many of the fields the record has, each once; with these it is left. Infinity: read it to its end.
   */
  read(tell: (visitor: AlertVisitor) => void, available: number): readonly Value[] {
    this.#values.fill(null);
    this.#open.length = 0;
    this.#field = this.#root;
    this.#left = available;
    try {
      if (available > 0) tell(this);
    } catch (error) {
      if (error !== enough) throw error;
    }
    return this.#values;
  }

  beginObject(): void {
    const field = this.#field;
    this.#put(COMPOUND);
    this.#open.push(field);
    this.#field = undefined;
  }

  key(name: string): boolean {
    const field = this.#open.at(-1)?.children.get(name);
    this.#field = field;
    if (field === undefined) return false;
    // A key that comes again replaces all of the first value.
    if (this.#left === Infinity) this.#forget(field);
    return true;
  }

  endObject(): void {
    this.#open.pop();
    this.#field = undefined;
  }

  beginArray(): void {
    this.#put(COMPOUND);
    this.#open.push(undefined);
    this.#field = undefined;
  }

  endArray(): void {
    this.#open.pop();
    this.#field = undefined;
  }

  null(): void {
    this.#put(null);
  }

  boolean(value: boolean): void {
    this.#put(value);
  }

  int(value: number): void {
    this.#put(value);
  }

  long(value: bigint | number): void {
    this.#put(value);
  }

  double(value: number): void {
    this.#put(Number.isNaN(value) ? null : value);
  }

  numberText(text: string): void {
    if (this.#field?.place === undefined) return;
    const value = Number(text);
    this.#put(/[.eE]/.test(text) || Number.isSafeInteger(value) ? value : BigInt(text));
  }

  string(value: string): void {
    this.#put(value);
  }

  bytes(): void {
    this.#put(COMPOUND);
  }

  #put(value: Value): void {
    const place = this.#field?.place;
    if (place === undefined) return;
    // What an object holds comes behind it.
    this.#values[place] = value;
    if (--this.#left === 0) throw enough;
    if (value !== COMPOUND) this.#field = undefined;
  }

  #forget({ place, children }: FieldNode): void {
    if (place !== undefined) this.#values[place] = null;
    for (const child of children.values()) this.#forget(child);
  }
}
