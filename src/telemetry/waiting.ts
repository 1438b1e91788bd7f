import type { BatchView } from '../batch/batch.ts';
import type { Histogram } from './histogram.ts';

/** Messages one behind the other whose timestamps are nearly the same. */
interface Run {
  readonly timestampMs: number;
  /** The offset behind the last of them. */
  next: number;
  count: number;
}

/** Timestamps count as the same when that makes the age wrong by less than this share of it, or by a millisecond. */
const TOLERANCE = 1 / 64;

/**
 * The timestamps of a partition's messages between reading and the disk, in so few entries that a minute of them costs little:
 * the age of an alert of two days ago need not be known to the millisecond.
 */
export class Waiting {
  readonly #runs: Run[] = [];

  /** A batch is begun. */
  add(view: BatchView, nowMs: number): void {
    const first = view.offset(0);
    // Read once more, after a failed sync.
    while ((this.#runs.at(-1)?.next ?? 0) > first) this.#runs.pop();
    let run: Run | null = null;
    let toleranceMs = 0;
    for (let index = 0; index < view.batch.count; index++) {
      const timestampMs = view.timestampMs(index);
      if (timestampMs < 0) continue;
      if (run === null || Math.abs(timestampMs - run.timestampMs) > toleranceMs) {
        run = { timestampMs, next: 0, count: 0 };
        toleranceMs = Math.max(1, (nowMs - timestampMs) * TOLERANCE);
        this.#runs.push(run);
      }
      run.next = view.offset(index) + 1;
      run.count += 1;
    }
  }

  /** All below this offset is durable now: how long that took, in milliseconds. */
  durable(offset: number, nowMs: number, latencyMs: Histogram): void {
    let done = 0;
    for (const { next, timestampMs, count } of this.#runs) {
      if (next > offset) break;
      latencyMs.record(nowMs - timestampMs, count);
      done += 1;
    }
    this.#runs.splice(0, done);
  }
}
