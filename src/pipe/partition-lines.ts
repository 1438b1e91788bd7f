import type { BatchView } from '../batch/batch.ts';
import type { ChunkPart, CutAt, ReceivedChunk } from '../pool/messages.ts';
import type { Work } from '../pool/work.ts';
import { bytesOf, OffsetOrder } from '../segment/offset-order.ts';

/** How the lines of a partition get out. */
export interface LinesOptions {
  /** Resolves with whether the pipe has taken all of it; not begun where it is no longer wanted. */
  readonly write: (bytes: Uint8Array, wanted: () => boolean) => Promise<boolean>;
  /** The pipe has taken all below this offset. */
  readonly onTaken: (next: number) => void;
}

/** A write, and the offset up to which all is out once it is done. */
interface Pending {
  next: number;
}

/** The lines of one assigned partition on their way to standard output, in offset order. */
export class PartitionLines {
  readonly #options: LinesOptions;
  readonly #order: OffsetOrder;
  readonly #pending: Pending[] = [];
  /** The offset behind the last one that was handed on. */
  #next: number;
  #bytes = 0;
  #over = false;

  constructor(first: number, options: LinesOptions) {
    this.#next = first;
    this.#options = options;
    this.#order = new OffsetOrder({
      take: (view, chunk) => {
        this.#take(view, chunk);
      },
      note: (offset) => {
        this.#reach(offset + 1);
      },
    });
  }

  get bytesWaiting(): number {
    return this.#order.bytes + this.#bytes;
  }

  /** Nothing is ever full; but batches need not wait for each other, since they are put in order here. */
  cutAt(): CutAt {
    return { first: Number.MAX_SAFE_INTEGER, every: Number.MAX_SAFE_INTEGER };
  }

  begin(work: Work): void {
    this.#order.begin(work);
  }

  add(work: Work, chunk: ReceivedChunk): void {
    this.#order.add(work, chunk);
  }

  /** @returns the batches that are not looked at any more. */
  done(work: Work): readonly Work[] {
    return this.#order.done(work);
  }

  cancel(work: Work): void {
    this.#order.cancel(work);
  }

  /** @param finished where the partition's finished mark stands: behind the last message the broker may have markers. */
  close(finished: number): void {
    this.#reach(this.#order.reach(finished));
  }

  abandon(): void {
    this.#over = true;
    this.#order.clear();
  }

  #take(view: BatchView, chunk: ReceivedChunk): void {
    const next = view.offset(chunk.from + chunk.outcomes.length - 1) + 1;
    for (const part of chunk.parts) void this.#write(part, chunk, this.#next);
    this.#bytes += bytesOf(chunk);
    this.#reach(next);
  }

  async #write(part: ChunkPart, { giveBack }: ReceivedChunk, next: number): Promise<void> {
    const pending: Pending = { next };
    this.#pending.push(pending);
    const bytes = part.bytes.byteLength;
    const taken = await this.#options.write(part.bytes, () => !this.#over);
    this.#bytes -= bytes;
    giveBack(part);
    if (!taken) {
      this.#over = true;
      return;
    }
    this.#pending.shift();
    if (!this.#isOver()) this.#options.onTaken(pending.next);
  }

  /** All below this offset is out as soon as what was written last is. */
  #reach(next: number): void {
    if (this.#over || next <= this.#next) return;
    this.#next = next;
    const last = this.#pending.at(-1);
    if (last === undefined) this.#options.onTaken(next);
    else last.next = next;
  }

  /** It changes while we wait, behind the compiler's back. */
  #isOver(): boolean {
    return this.#over;
  }
}
