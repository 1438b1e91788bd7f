import type { DoublePlaces } from '../decode/object-builder.ts';
import type { AlertVisitor } from '../decode/visitor.ts';

/** A hook returned something that cannot be saved. */
export class ReturnedValueError extends Error {
  override readonly name = 'ReturnedValueError';
}

const MAX_DEPTH = 200;

/**
 * Tells an object that a hook returned. JavaScript has one kind of number, the wire has two, so a whole number is written as the
 * double it was (`-999.0`) where the source had a double: in that very object, else at that path, else under that key
 * anywhere. A new whole number is an integer.
 *
 * A `Date` becomes ISO 8601, bytes become base64, `undefined` leaves its key out.
 *
 * @throws ReturnedValueError naming the place.
 */
export function tellReturned(value: unknown, doubles: DoublePlaces, visitor: AlertVisitor): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ReturnedValueError(
      `processAlert returned ${describe(value)}; it may return nothing, false, or an object to be saved.`,
    );
  }
  new Teller(doubles, visitor).value(value, '', false, 0);
}

class Teller {
  readonly #doubles: DoublePlaces;
  readonly #visitor: AlertVisitor;
  readonly #open = new Set<object>();

  constructor(doubles: DoublePlaces, visitor: AlertVisitor) {
    this.#doubles = doubles;
    this.#visitor = visitor;
  }

  value(value: unknown, path: string, wasDouble: boolean, depth: number): void {
    const visitor = this.#visitor;
    switch (typeof value) {
      case 'string':
        visitor.string(value);
        return;
      case 'boolean':
        visitor.boolean(value);
        return;
      case 'bigint':
        visitor.numberText(String(value));
        return;
      case 'number':
        if (wasDouble || !Number.isInteger(value) || Math.abs(value) >= 1e16 || Object.is(value, -0))
          visitor.double(value);
        else visitor.long(value);
        return;
      case 'object':
        if (value === null) visitor.null();
        else this.#object(value, path, depth);
        return;
      default:
        throw new ReturnedValueError(
          `processAlert returned ${describe(value)} at ${path || 'the top'}, which has no form in JSON.`,
        );
    }
  }

  #object(value: object, path: string, depth: number): void {
    if (this.#open.has(value))
      throw new ReturnedValueError(`processAlert returned an object that holds itself, at ${path}.`);
    if (depth > MAX_DEPTH)
      throw new ReturnedValueError(`processAlert returned an object nested deeper than ${MAX_DEPTH} levels.`);
    if (value instanceof Date) {
      if (Number.isNaN(value.getTime()))
        throw new ReturnedValueError(`processAlert returned an invalid date at ${path}.`);
      this.#visitor.string(value.toISOString());
      return;
    }
    if (value instanceof Uint8Array) {
      this.#visitor.bytes(value);
      return;
    }
    this.#open.add(value);
    if (Array.isArray(value)) this.#array(value, path, depth);
    else this.#record(value as Record<string, unknown>, path, depth);
    this.#open.delete(value);
  }

  #array(items: readonly unknown[], path: string, depth: number): void {
    const own = this.#doubles.byObject.get(items);
    const below = `${path}[]`;
    const atPath = this.#doubles.byPath.has(below);
    this.#visitor.beginArray();
    items.forEach((item, index) => {
      this.value(item === undefined ? null : item, below, own?.has(String(index)) ?? atPath, depth + 1);
    });
    this.#visitor.endArray();
  }

  #record(record: Record<string, unknown>, path: string, depth: number): void {
    const own = this.#doubles.byObject.get(record);
    this.#visitor.beginObject(true);
    for (const [key, value] of Object.entries(record)) {
      if (value === undefined) continue;
      const below = `${path}.${key}`;
      this.#visitor.key(key);
      this.value(value, below, (own?.has(key) ?? false) || this.#wasDouble(below, key), depth + 1);
    }
    this.#visitor.endObject();
  }

  #wasDouble(path: string, key: string): boolean {
    return this.#doubles.byPath.has(path) || this.#doubles.byKey.has(key);
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'function' || typeof value === 'symbol'
    ? `a ${typeof value}`
    : `the ${typeof value} ${String(value)}`;
}
