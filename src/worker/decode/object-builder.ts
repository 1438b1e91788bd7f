import { ObjectSize } from './object-size.ts';
import { PathNode } from './path-node.ts';
import type { AlertVisitor } from './visitor.ts';

/** How the source wrote a number: as a double or as an integer, or in a JSON text of its own, and what the hook was given for it. */
export type NumberOrigin = 'double' | 'integer' | { readonly text: string; readonly given: unknown };

/** Where the source had doubles; see `encode/returned.ts`. */
export interface DoublePlaces {
  /** Numbers by their key (or index), by the very object (or array) that the hook was given. */
  readonly byObject: WeakMap<object, ReadonlyMap<string | number, NumberOrigin>>;
  /** The top of the paths, which know where doubles were, without the indices of arrays. */
  readonly byPath: PathNode;
  /** Keys that held a double somewhere; those that held an integer too are left out. */
  readonly byKey: ReadonlySet<string>;
}

type Container = Record<string, unknown> | unknown[];

interface Open {
  readonly container: Container;
  readonly path: PathNode;
  readonly numbers: Map<string | number, NumberOrigin>;
  key: string;
}

/**
 * Builds the object that a hook is given: the alert as the file shows it. A number's type follows the wire, never its value:
 * 64-bit integers (and JSON's, whose size nobody announces) are `bigint`, 32-bit ones and floats are `number`.
 */
export class ObjectBuilder implements AlertVisitor {
  readonly #literal: boolean;
  readonly #stack: Open[] = [];
  readonly #byObject = new WeakMap<object, ReadonlyMap<string | number, NumberOrigin>>();
  readonly #byPath = new PathNode();
  readonly #byKey = new Set<string>();
  readonly #integerKeys = new Set<string>();
  readonly #size = new ObjectSize();
  #root: unknown;

  /** @param literal whether NaN and infinities stay, or become null as in the file. */
  constructor(literal: boolean) {
    this.#literal = literal;
  }

  get result(): unknown {
    return this.#root;
  }

  get doubles(): DoublePlaces {
    for (const key of this.#integerKeys) this.#byKey.delete(key);
    return { byObject: this.#byObject, byPath: this.#byPath, byKey: this.#byKey };
  }

  beginObject(): void {
    this.#open({});
  }
  endObject(): void {
    this.#stack.pop();
  }
  beginArray(): void {
    this.#open([]);
  }
  endArray(): void {
    this.#stack.pop();
  }
  key(name: string): boolean {
    const top = this.#stack.at(-1);
    if (top !== undefined) top.key = name;
    return true;
  }
  null(): void {
    this.#put(null);
  }
  boolean(value: boolean): void {
    this.#put(value);
  }
  int(value: number): void {
    this.#noteInteger('integer');
    this.#put(value);
  }
  long(value: bigint | number): void {
    this.#noteInteger('integer');
    this.#put(BigInt(value));
  }
  double(value: number): void {
    this.#noteDouble('double');
    this.#put(this.#shown(value));
  }
  numberText(text: string): void {
    if (/[.eE]/.test(text)) {
      const given = this.#shown(Number(text));
      this.#noteDouble({ text, given });
      this.#put(given);
    } else {
      const given = BigInt(text);
      this.#noteInteger({ text, given });
      this.#put(given);
    }
  }
  string(value: string): void {
    this.#put(value);
  }
  bytes(value: Uint8Array): void {
    this.#put(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'));
  }

  #open(container: Container): void {
    const top = this.#stack.at(-1);
    const path = top === undefined ? this.#byPath : childPath(top);
    this.#put(container);
    const numbers = new Map<string | number, NumberOrigin>();
    this.#byObject.set(container, numbers);
    this.#stack.push({ container, path, numbers, key: '' });
  }

  #put(value: unknown): void {
    this.#size.grow();
    const top = this.#stack.at(-1);
    if (top === undefined) {
      this.#root = value;
    } else if (Array.isArray(top.container)) {
      top.container.push(value);
    } else if (top.key === '__proto__') {
      // An ordinary key in JSON, a trap in JavaScript.
      Object.defineProperty(top.container, top.key, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    } else {
      top.container[top.key] = value;
    }
  }

  #shown(value: number): number | null {
    return this.#literal || Number.isFinite(value) ? value : null;
  }

  #noteDouble(origin: NumberOrigin): void {
    const top = this.#stack.at(-1);
    if (top === undefined) return;
    childPath(top).isDouble = true;
    if (Array.isArray(top.container)) {
      top.numbers.set(top.container.length, origin);
    } else {
      top.numbers.set(top.key, origin);
      this.#byKey.add(top.key);
    }
  }

  #noteInteger(origin: NumberOrigin): void {
    const top = this.#stack.at(-1);
    if (top === undefined) return;
    if (Array.isArray(top.container)) {
      top.numbers.set(top.container.length, origin);
    } else {
      top.numbers.set(top.key, origin);
      this.#integerKeys.add(top.key);
    }
  }
}

/** The path of what comes next; items of an array share their array's. */
function childPath({ container, path, key }: Open): PathNode {
  return path.at(Array.isArray(container) ? null : key);
}
