import type { PartitionProgress } from '../commit/partition-progress.ts';

/** Something of a partition that is in the caller's hands. */
export interface HandedOut {
  readonly at: PartitionProgress;
  /** The first offset of it. */
  readonly from: number;
  isOpen: boolean;
}

/**
 * What was handed out and is not acknowledged yet. The partition's watermark says what was handed out; this says how much of that may
 * be committed. Acknowledgements come in any order: only what has nothing open below it counts.
 */
export class Acknowledgements {
  /** In the order in which they were handed out, which is that of their offsets. */
  readonly #open = new WeakMap<PartitionProgress, HandedOut[]>();

  /** Hands out what begins at an offset. */
  open(at: PartitionProgress, from: number): HandedOut {
    const handedOut = { at, from, isOpen: true };
    const open = this.#open.get(at);
    if (open === undefined) this.#open.set(at, [handedOut]);
    else open.push(handedOut);
    return handedOut;
  }

  close(handedOut: HandedOut): void {
    handedOut.isOpen = false;
    const open = this.#open.get(handedOut.at) ?? [];
    while (open[0]?.isOpen === false) open.shift();
  }

  /** Raises what may be committed of a partition: all below is acknowledged, or there was nothing to hand out. */
  settle(at: PartitionProgress): void {
    const from = this.#open.get(at)?.[0]?.from ?? at.finished;
    at.durable = Math.max(at.durable, Math.min(from, at.finished));
  }
}
