/**
 * How far one partition is finished. Batches finish in any order; the watermark is the offset below which everything
 * is. Offsets that Kafka never delivers (transaction markers, compacted ones) leave gaps, which belong to the message
 * before them.
 */
export class Watermark {
  /** In offset order; `next` is where the batch's successor begins. */
  readonly #open: OpenRange[] = [];
  #position: number;

  /** @param position the first offset that is not finished yet. */
  constructor(position: number) {
    this.#position = position;
  }

  /** The offset that may be committed: all below it is finished. */
  get committable(): number {
    return this.#open[0]?.from ?? this.#position;
  }

  /** Where reading has come to: one past the last offset that was seen. */
  get position(): number {
    return this.#position;
  }

  /** Work on the offsets from `first` to before `next` begins. @throws RangeError for offsets that were already read. */
  begin(first: number, next: number): OpenRange {
    if (first < this.#position || next <= first) {
      throw new RangeError(`offsets ${first} to ${next - 1} come after ${this.#position} was reached`);
    }
    const range = { from: first, next };
    this.#open.push(range);
    this.#position = next;
    return range;
  }

  /** All of the range below `offset` is finished; the whole of it when `offset` is its end. */
  finish(range: OpenRange, offset: number): void {
    range.from = Math.max(range.from, offset);
    while (this.#open[0] !== undefined && this.#open[0].from >= this.#open[0].next) this.#open.shift();
  }

  /** The partition has nothing more below `offset` (end of partition): gaps at the end count as read. */
  advanceTo(offset: number): void {
    this.#position = Math.max(this.#position, offset);
  }
}

/** Offsets being worked on: `from` moves up to `next`. */
export interface OpenRange {
  from: number;
  readonly next: number;
}
