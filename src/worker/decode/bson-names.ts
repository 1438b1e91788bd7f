import { utf8 } from './utf8.ts';

/** Longer names are not worth remembering. */
const MAX_NAME_BYTES = 64;
/** Names repeat from alert to alert, some hundred of them. A message of a million distinct ones must not fill the memory for ever. */
const MAX_NAMES = 4_000;

interface KnownName {
  readonly text: string;
  /** As on the wire, with the NUL at its end. */
  readonly bytes: Uint8Array;
  /** The name that came after it last time. */
  next: KnownName | undefined;
}

/**
 * Names of BSON elements. Each alert has the same ones in the same order thousands of times over, so the name that followed last
 * time is compared first, byte by byte; making a string out of bytes takes several times as long.
 */
export class BsonNames {
  readonly #known = new Map<string, KnownName>();
  #last: KnownName = { text: '', bytes: new Uint8Array(1), next: undefined };

  /** The name at this place, if it is the one that was expected. Its length is {@link matchedBytes}. */
  expected(bytes: Buffer, start: number): string | null {
    const guess = this.#last.next;
    if (guess === undefined) return null;
    const name = guess.bytes;
    for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return null;
    this.#last = guess;
    return guess.text;
  }

  /** How many bytes the last name took, with its NUL. */
  get matchedBytes(): number {
    return this.#last.bytes.length;
  }

  /** A name that was not expected. @param end where its NUL is. @returns null: it is not UTF-8. */
  read(bytes: Buffer, start: number, end: number): string | null {
    const text = utf8(bytes, start, end);
    if (text === null || end - start > MAX_NAME_BYTES) return text;
    let name = this.#known.get(text);
    if (name === undefined) {
      if (this.#known.size >= MAX_NAMES) this.#known.clear();
      name = { text, bytes: Uint8Array.from(bytes.subarray(start, end + 1)), next: undefined };
      this.#known.set(text, name);
    }
    this.#last.next = name;
    this.#last = name;
    return name.text;
  }
}
