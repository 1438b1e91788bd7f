import type { AlertVisitor } from './visitor.ts';

/** Where the source had doubles; see `encode/returned.ts`. */
export interface DoublePlaces {
  /** Keys (of objects) and indices (of arrays) that held doubles, by the very object that the hook was given. */
  readonly byObject: WeakMap<object, ReadonlySet<string>>;
  /** Dotted paths with array indices left out. */
  readonly byPath: ReadonlySet<string>;
  /** Keys that held a double somewhere; those that held an integer too are left out. */
  readonly byKey: ReadonlySet<string>;
}

type Container = Record<string, unknown> | unknown[];

interface Open {
  readonly container: Container;
  readonly path: string;
  readonly doubles: Set<string>;
  key: string;
}

/**
 * Builds the object that a hook is given: the alert as the file shows it. A number's type follows the wire, never its value:
 * 64-bit integers (and JSON's, whose size nobody announces) are `bigint`, 32-bit ones and floats are `number`.
 */
export class ObjectBuilder implements AlertVisitor {
  readonly #literal: boolean;
  readonly #stack: Open[] = [];
  readonly #byObject = new WeakMap<object, ReadonlySet<string>>();
  readonly #byPath = new Set<string>();
  readonly #byKey = new Set<string>();
  readonly #integerKeys = new Set<string>();
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
  key(name: string): void {
    const top = this.#stack.at(-1);
    if (top !== undefined) top.key = name;
  }
  null(): void {
    this.#put(null);
  }
  boolean(value: boolean): void {
    this.#put(value);
  }
  int(value: number): void {
    this.#noteInteger();
    this.#put(value);
  }
  long(value: bigint | number): void {
    this.#noteInteger();
    this.#put(BigInt(value));
  }
  double(value: number): void {
    this.#noteDouble();
    this.#put(this.#literal || Number.isFinite(value) ? value : null);
  }
  numberText(text: string): void {
    if (/[.eE]/.test(text)) this.double(Number(text));
    else this.long(BigInt(text));
  }
  string(value: string): void {
    this.#put(value);
  }
  bytes(value: Uint8Array): void {
    this.#put(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'));
  }

  #open(container: Container): void {
    const top = this.#stack.at(-1);
    const path = top === undefined ? '' : childPath(top);
    this.#put(container);
    const doubles = new Set<string>();
    this.#byObject.set(container, doubles);
    this.#stack.push({ container, path, doubles, key: '' });
  }

  #put(value: unknown): void {
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

  #noteDouble(): void {
    const top = this.#stack.at(-1);
    if (top === undefined) return;
    top.doubles.add(Array.isArray(top.container) ? String(top.container.length) : top.key);
    this.#byPath.add(childPath(top));
    if (!Array.isArray(top.container)) this.#byKey.add(top.key);
  }

  #noteInteger(): void {
    const top = this.#stack.at(-1);
    if (top !== undefined && !Array.isArray(top.container)) this.#integerKeys.add(top.key);
  }
}

/** The path of what comes next; items of an array share their array's. */
function childPath({ container, path, key }: Open): string {
  return Array.isArray(container) ? `${path}[]` : `${path}.${key}`;
}
