import type { AlertVisitor } from '../decode/visitor.ts';
import { type FieldNode, fieldTree } from '../encode/field-capture.ts';

/** The surveys' stamps, at the top of an alert. */
export const STAMP_FIELDS: ReadonlySet<string> = new Set([
  'cutoutScience',
  'cutoutTemplate',
  'cutoutDifference',
]);

/** What is left of an alert. */
export interface Reduction {
  /** Dotted paths of the fields to keep; null: all. A list is looked through item by item. */
  readonly fields: readonly string[] | null;
  readonly dropStamps: boolean;
}

/** Below this all is kept. */
const ALL: FieldNode = { place: 0, children: new Map() };

/** Tells another visitor what is left of an alert, in the alert's own order; the rest is passed over. */
export class Reduced implements AlertVisitor {
  readonly #to: AlertVisitor;
  readonly #dropStamps: boolean;
  readonly #open: { readonly keep: FieldNode; readonly isArray: boolean }[] = [];
  /** What is kept of the value to come. */
  #keep: FieldNode;

  /** @param keep as {@link keptFields} makes it. */
  constructor(to: AlertVisitor, keep: FieldNode, dropStamps: boolean) {
    this.#to = to;
    this.#keep = keep;
    this.#dropStamps = dropStamps;
  }

  beginObject(uniqueKeys: boolean): void {
    this.#begin(false);
    this.#to.beginObject(uniqueKeys);
  }

  key(name: string): boolean {
    const keep = this.#open.at(-1)?.keep ?? ALL;
    const child = keep.place === undefined ? keep.children.get(name) : ALL;
    if (child === undefined) return false;
    if (this.#dropStamps && this.#open.length === 1 && STAMP_FIELDS.has(name)) return false;
    this.#keep = child;
    return this.#to.key(name);
  }

  endObject(): void {
    this.#end();
    this.#to.endObject();
  }

  beginArray(): void {
    this.#begin(true);
    this.#to.beginArray();
  }

  endArray(): void {
    this.#end();
    this.#to.endArray();
  }

  null(): void {
    this.#to.null();
  }

  boolean(value: boolean): void {
    this.#to.boolean(value);
  }

  int(value: number): void {
    this.#to.int(value);
  }

  long(value: bigint | number): void {
    this.#to.long(value);
  }

  double(value: number): void {
    this.#to.double(value);
  }

  numberText(text: string): void {
    this.#to.numberText(text);
  }

  string(value: string): void {
    this.#to.string(value);
  }

  bytes(value: Uint8Array): void {
    this.#to.bytes(value);
  }

  #begin(isArray: boolean): void {
    this.#open.push({ keep: this.#keep, isArray });
  }

  /** The next item of a list is kept as the last one was. */
  #end(): void {
    this.#open.pop();
    const top = this.#open.at(-1);
    if (top?.isArray === true) this.#keep = top.keep;
  }
}

/** @param paths dotted; null: all. */
export function keptFields(paths: readonly string[] | null): FieldNode {
  return paths === null ? ALL : fieldTree(paths);
}
