import type { TapeCursor } from '../worker/datum/tape.ts';

interface Entry<T> {
  readonly name: string;
  readonly utf8: Buffer;
  readonly value: T;
  readonly index: number;
}

/**
 * Keys of the objects that stand in one place of the alerts. They come in the same order nearly always, so each is first compared, as bytes, with the
 * one that came behind the last: no text is made of it, and nothing looked up.
 */
export class TapeKeys<T> {
  readonly #entries: Entry<T>[] = [];
  readonly #byName = new Map<string, Entry<T>>();
  #expected = 0;

  get size(): number {
    return this.#entries.length;
  }

  get(name: string): T | undefined {
    return this.#byName.get(name)?.value;
  }

  add(name: string, value: T): T {
    const entry: Entry<T> = { name, utf8: Buffer.from(name), value, index: this.#entries.length };
    this.#entries.push(entry);
    this.#byName.set(name, entry);
    this.#expected = entry.index + 1;
    return value;
  }

  map<U>(make: (name: string, value: T) => U): U[] {
    return this.#entries.map(({ name, value }) => make(name, value));
  }

  /** Another object begins. */
  rewind(): void {
    this.#expected = 0;
  }

  /** What belongs to the key here, and the step behind it; undefined: it is not known, and there is no step. */
  next(cursor: TapeCursor): T | undefined {
    const expected = this.#entries[this.#expected];
    if (expected !== undefined && isHere(cursor, expected.utf8)) {
      this.#expected += 1;
      cursor.at += 4 + expected.utf8.length;
      return expected.value;
    }
    const start = cursor.at;
    const found = this.#byName.get(cursor.text());
    if (found === undefined) {
      cursor.at = start;
      return undefined;
    }
    this.#expected = found.index + 1;
    return found.value;
  }
}

function isHere({ bytes, view, at }: TapeCursor, utf8: Buffer): boolean {
  if (view.getUint32(at, true) !== utf8.length) return false;
  const start = at + 4;
  for (let i = 0; i < utf8.length; i++) if (bytes[start + i] !== utf8[i]) return false;
  return true;
}
