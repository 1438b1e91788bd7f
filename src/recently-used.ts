/**
 * What was used lately, for keys that come from messages: nothing bounds how many different ones a stream can name. The longest unused goes
 * first; what came last always stays.
 */
export class RecentlyUsed<Key, Value> {
  readonly #most: number;
  readonly #maxSize: number;
  /** The longest unused comes first. */
  readonly #kept = new Map<Key, { readonly value: Value; readonly size: number }>();
  #size = 0;

  /**
   * @param most how many are kept.
   * @param maxSize how large they may be together, in the unit of {@link set}.
   */
  constructor(most: number, maxSize = Infinity) {
    this.#most = most;
    this.#maxSize = maxSize;
  }

  get(key: Key): Value | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.value;
  }

  set(key: Key, value: Value, size = 0): void {
    this.delete(key);
    this.#kept.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      const fits = this.#kept.size <= this.#most && this.#size <= this.#maxSize;
      if (fits || this.#kept.size === 1) return;
      this.delete(oldest);
    }
  }

  delete(key: Key): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }

  /** The longest unused first. */
  *entries(): Generator<[Key, Value]> {
    for (const [key, { value }] of this.#kept) yield [key, value];
  }
}
