import { types } from 'node:util';
import { limits } from '../decode/error.ts';
import type { DoublePlaces, NumberOrigin } from '../decode/object-builder.ts';
import type { PathNode } from '../decode/path-node.ts';
import type { AlertVisitor } from '../decode/visitor.ts';
import { messageOf } from '../../errors.ts';

/** Objects whose keys, if there are any, say nothing of what they hold. */
const formless: readonly ((value: object) => boolean)[] = [
  types.isPromise,
  types.isMap,
  types.isSet,
  types.isWeakMap,
  types.isWeakSet,
  types.isGeneratorObject,
  types.isMapIterator,
  types.isSetIterator,
  types.isRegExp,
  types.isNativeError,
  types.isBoxedPrimitive,
  types.isAnyArrayBuffer,
  (value) => ArrayBuffer.isView(value),
];

/** A hook returned something that cannot be saved. */
export class ReturnedValueError extends Error {
  override readonly name = 'ReturnedValueError';
}

/**
 * Tells an object that a hook returned. JavaScript has one kind of number, the wire has two, so a whole number is written as what
 * the source had: in that very object or array, else at that path, else under that key anywhere, unless the key held integers
 * too. A new whole number is an integer. A number of a JSON message that nobody changed keeps its own text.
 *
 * As in `JSON.stringify`, `toJSON` is asked, `undefined` leaves its key out (in an array it is null). A `Date` becomes ISO
 * 8601, bytes become base64. What has no form in JSON is refused, not guessed: functions, symbols, promises, maps, sets, errors, other
 * typed arrays, objects that hold themselves.
 *
 * @throws ReturnedValueError naming the place.
 */
export function tellReturned(value: unknown, doubles: DoublePlaces, visitor: AlertVisitor): void {
  const top = withoutToJson(value, '');
  if (typeof top !== 'object' || top === null || Array.isArray(top) || top instanceof Date || isBytes(top)) {
    throw new ReturnedValueError(
      `processAlert returned ${describe(top)}; it may return nothing, false, or an object to be saved.`,
    );
  }
  new Teller(doubles, visitor).value(top, { text: '', node: doubles.byPath }, undefined, 0);
}

/** Where a value stands: as a sentence names it, and among the source's paths (undefined: the source had nothing there). */
interface Place {
  readonly text: string;
  readonly node: PathNode | undefined;
}

class Teller {
  readonly #doubles: DoublePlaces;
  readonly #visitor: AlertVisitor;
  readonly #open = new Set<object>();

  constructor(doubles: DoublePlaces, visitor: AlertVisitor) {
    this.#doubles = doubles;
    this.#visitor = visitor;
  }

  value(value: unknown, place: Place, origin: NumberOrigin | undefined, depth: number): void {
    const visitor = this.#visitor;
    if (typeof origin === 'object' && Object.is(origin.given, value)) {
      visitor.numberText(origin.text);
      return;
    }
    switch (typeof value) {
      case 'string':
        visitor.string(value);
        return;
      case 'boolean':
        visitor.boolean(value);
        return;
      case 'bigint':
        visitor.long(value);
        return;
      case 'number':
        this.#number(value, origin);
        return;
      case 'object':
        if (value === null) visitor.null();
        else this.#object(value, place, depth);
        return;
      default:
        throw noForm(value, place.text);
    }
  }

  #number(value: number, origin: NumberOrigin | undefined): void {
    const wasDouble = origin === 'double' || (typeof origin === 'object' && typeof origin.given !== 'bigint');
    // Above 1e16 Python writes floats with an exponent, and a number is not exact as an integer.
    const isWhole = Number.isInteger(value) && Math.abs(value) < 1e16 && !Object.is(value, -0);
    if (wasDouble || !isWhole) this.#visitor.double(value);
    else this.#visitor.long(value);
  }

  #object(value: object, place: Place, depth: number): void {
    const path = place.text;
    if (this.#open.has(value)) {
      throw new ReturnedValueError(`processAlert returned an object that holds itself, at ${path}.`);
    }
    if (depth > limits.depth) {
      throw new ReturnedValueError(
        `processAlert returned an object nested deeper than ${limits.depth} levels, at ${path.slice(0, 200)}….`,
      );
    }
    if (value instanceof Date) {
      if (Number.isNaN(value.getTime())) {
        throw new ReturnedValueError(`processAlert returned an invalid date at ${path}.`);
      }
      this.#visitor.string(value.toISOString());
      return;
    }
    if (isBytes(value)) {
      this.#visitor.bytes(value);
      return;
    }
    if (!isPlain(value) && formless.some((isOne) => isOne(value))) throw noForm(value, path);
    this.#open.add(value);
    if (Array.isArray(value)) this.#array(value, place, depth);
    else this.#record(value, place, depth);
    this.#open.delete(value);
  }

  #array(items: readonly unknown[], { text, node }: Place, depth: number): void {
    const own = this.#doubles.byObject.get(items);
    const below = { text: `${text}[]`, node: node?.find(null) };
    const elsewhere = below.node?.isDouble === true ? 'double' : undefined;
    this.#visitor.beginArray();
    // By index: a hole counts as an item, as in JSON.stringify.
    for (let index = 0; index < items.length; index++) {
      const item = withoutToJson(items[index], below.text) ?? null;
      this.value(item, below, own?.get(index) ?? elsewhere, depth + 1);
    }
    this.#visitor.endArray();
  }

  #record(record: object, { text, node }: Place, depth: number): void {
    const own = this.#doubles.byObject.get(record);
    this.#visitor.beginObject(true);
    for (const [key, entry] of entriesOf(record, text)) {
      const below = { text: `${text}.${key}`, node: node?.find(key) };
      const value = withoutToJson(entry, below.text);
      if (value === undefined) continue;
      this.#visitor.key(key);
      this.value(value, below, own?.get(key) ?? this.#elsewhere(below.node, key), depth + 1);
    }
    this.#visitor.endObject();
  }

  #elsewhere(node: PathNode | undefined, key: string): 'double' | undefined {
    return node?.isDouble === true || this.#doubles.byKey.has(key) ? 'double' : undefined;
  }
}

/** Nearly all are; to ask natively of each what it is takes longer than to write it. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

function isBytes(value: object): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** What an object says it is in JSON. Buffers and dates have a `toJSON` of their own, but a better form here. */
function withoutToJson(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || isBytes(value)) return value;
  try {
    const { toJSON } = value as { toJSON?: unknown };
    return typeof toJSON === 'function' ? (toJSON.call(value, '') as unknown) : value;
  } catch (error) {
    throw unreadable(error, path);
  }
}

function entriesOf(record: object, path: string): [string, unknown][] {
  try {
    return Object.entries(record);
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** A getter of the user's threw. */
function unreadable(error: unknown, path: string): ReturnedValueError {
  return new ReturnedValueError(
    `processAlert returned an object that cannot be read at ${path || 'the top'}: ${messageOf(error)}.`,
    { cause: error },
  );
}

function noForm(value: unknown, path: string): ReturnedValueError {
  const advice = types.isPromise(value) ? '; an await is missing' : '';
  return new ReturnedValueError(
    `processAlert returned ${describe(value)} at ${path || 'the top'}, which has no form in JSON${advice}.`,
  );
}

function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return 'an array';
      return `a ${Object.prototype.toString.call(value).slice('[object '.length, -1)}`;
    default:
      return `the ${typeof value} ${String(value)}`;
  }
}
