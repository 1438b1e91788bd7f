/** What holds a file open and can do without for a while. */
interface Holder {
  /** Closes the file when all that waits is written. */
  rest(sync: boolean): void;
}

/** Bounds how many files are held open at once: the one that was used least lately rests. */
export class Descriptors {
  readonly #most: number;
  readonly #sync: boolean;
  /** In the order of their last use. */
  readonly #holders = new Set<Holder>();

  /** @param sync whether what a file holds must be on the disk before it is closed. */
  constructor(most: number, sync: boolean) {
    this.#most = most;
    this.#sync = sync;
  }

  used(holder: Holder): void {
    this.#holders.delete(holder);
    this.#holders.add(holder);
    if (this.#holders.size <= this.#most) return;
    const [oldest] = this.#holders;
    if (oldest === undefined) return;
    this.#holders.delete(oldest);
    oldest.rest(this.#sync);
  }

  done(holder: Holder): void {
    this.#holders.delete(holder);
  }
}
