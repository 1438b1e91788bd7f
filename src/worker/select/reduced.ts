import type { AlertVisitor } from '../decode/visitor.ts';
import { type FieldNode, fieldTree } from '../encode/field-capture.ts';

/** The surveys' stamps, at the top of an alert. */
export const STAMP_FIELDS: ReadonlySet<string> = new Set([
  'cutoutScience',
  'cutoutTemplate',
  'cutoutDifference',
]);

/** Takes a stamp apart, and says what stands in its place. */
export type TakeStamp = (field: string, bytes: Uint8Array) => string;

/** What is left of an alert. */
export interface Reduction {
  /** Dotted paths of the fields to keep; null: all. A list is looked through item by item. */
  readonly fields: readonly string[] | null;
  readonly dropStamps: boolean;
}

/** Below this all is kept. */
export const ALL: FieldNode = { place: 0, children: new Map() };

/** Tells another visitor what is left of an alert, in the alert's own order; the rest is passed over. */
export class Reduced implements AlertVisitor {
  readonly #to: AlertVisitor;
  readonly #dropStamps: boolean;
  readonly #takeStamp: TakeStamp | null;
  /** The field with a stamp that is being told; null: another. */
  #stamp: string | null = null;
  readonly #open: { readonly keep: FieldNode; readonly isArray: boolean }[] = [];
  /** What is kept of the value to come. */
  #keep: FieldNode;

  /**
   * @param keep as {@link keptFields} makes it.
   * @param takeStamp gets the stamps' bytes; null: they stay where they are.
   */
  constructor(to: AlertVisitor, keep: FieldNode, dropStamps: boolean, takeStamp: TakeStamp | null = null) {
    this.#to = to;
    this.#keep = keep;
    this.#dropStamps = dropStamps;
    this.#takeStamp = takeStamp;
  }

  beginObject(uniqueKeys: boolean): void {
    this.#begin(false);
    this.#to.beginObject(uniqueKeys);
  }

  key(name: string): boolean {
    const keep = this.#open.at(-1)?.keep ?? ALL;
    const child = keptField(keep, name, this.#dropStamps && this.#open.length === 1);
    if (child === undefined) return false;
    if (this.#open.length === 1) this.#stamp = STAMP_FIELDS.has(name) ? name : null;
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
    if (this.#takeStamp === null || this.#stamp === null) this.#to.bytes(value);
    else this.#to.string(this.#takeStamp(this.#stamp, value));
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

/** Whether nothing is missing below. */
export function isKeptWhole(keep: FieldNode): boolean {
  return keep.place !== undefined;
}

/** What is kept of a field; undefined: it is left out. */
export function keptField(keep: FieldNode, name: string, dropStamps: boolean): FieldNode | undefined {
  if (dropStamps && STAMP_FIELDS.has(name)) return undefined;
  const child = isKeptWhole(keep) ? ALL : keep.children.get(name);
  return child !== undefined && isKeptWhole(child) ? ALL : child;
}
