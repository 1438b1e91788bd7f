/** What holds a file open and can do without for a while. */
interface Holder {
  /** Closes the file when all that waits is written, and gives the descriptor back. */
  rest(sync: boolean): void;
}

/** Bounds how many files are held open at once: where none is left, the file that was used least lately rests. */
export class Descriptors {
  readonly #sync: boolean;
  #free: number;
  /** In the order of their last use. */
  readonly #holders = new Set<Holder>();
  readonly #resting = new Set<Holder>();
  readonly #waiting: (() => void)[] = [];

  /** @param sync whether what a file holds must be on the disk before it is closed. */
  constructor(most: number, sync: boolean) {
    this.#free = most;
    this.#sync = sync;
  }

  /** Waits until one more file may be opened. */
  async take(holder: Holder): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
    } else {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.#makeRoom();
      });
    }
    this.#holders.add(holder);
    this.#makeRoom();
  }

  used(holder: Holder): void {
    if (this.#holders.delete(holder)) this.#holders.add(holder);
  }

  /** A file was closed. */
  give(holder: Holder): void {
    this.#holders.delete(holder);
    this.#resting.delete(holder);
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  #makeRoom(): void {
    for (const oldest of this.#holders) {
      if (this.#resting.size >= this.#waiting.length) return;
      this.#holders.delete(oldest);
      this.#resting.add(oldest);
      oldest.rest(this.#sync);
    }
  }
}
