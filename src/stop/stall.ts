import { ClientError } from '../errors.ts';
import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';
import type { Segments } from '../segment/segments.ts';

/** Looks are a second apart. After so long without one this process stood still itself (Ctrl-Z, a machine that was frozen). */
const STANDSTILL_MS = 5_000;

/** Looks from time to time whether all get on. */
export class StallWatch {
  readonly #timeoutMs: number;
  #lookedAtMs = Number.POSITIVE_INFINITY;
  #awakeSinceMs = Number.NEGATIVE_INFINITY;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** What stands still; null: nothing, or we did ourselves, and all have their time anew. @param nowMs as `performance.now()` has it. @param isHeld files get no names for now. */
  look(
    partitions: readonly PartitionProgress[],
    segments: Segments | null,
    nowMs: number,
    isHeld = false,
  ): ClientError | null {
    if (isHeld || nowMs - this.#lookedAtMs > STANDSTILL_MS) this.#awakeSinceMs = nowMs;
    this.#lookedAtMs = nowMs;
    if (nowMs - this.#awakeSinceMs < this.#timeoutMs) return null;
    return (
      findStall(partitions, nowMs, this.#timeoutMs) ?? findHungDisk(partitions, segments, this.#timeoutMs)
    );
  }
}

/** Names a partition that has work in flight, or is to be read again, but does not get on. Waiting for disk space or a registry is told elsewhere and is no stall. */
function findStall(
  partitions: Iterable<PartitionProgress>,
  nowMs: number,
  timeoutMs: number,
): ClientError | null {
  for (const at of partitions) {
    const isBusy = at.works.size > 0 || at.rewinding;
    if (!isBusy || at.isExcused || nowMs - at.movedAtMs < timeoutMs) continue;
    const stands = `${partitionKey(at)} has stood still at offset ${at.finished} for ${Math.round((nowMs - at.movedAtMs) / 1000)} s`;
    const why = at.wait?.why;
    return new ClientError(
      'STALLED',
      why === undefined
        ? `${stands} with messages in work; nothing above it is committed. Start again to go on from there; --stall-timeout sets the time.`
        : `${stands}: ${why} Nothing above it is committed, and a new start alone does not help; with --on-unknown-schema dead-letter it goes on without such messages.`,
    );
  }
  return null;
}

/** A disk that never answers is no stall of the work, which goes on; but nothing is committed any more. */
function findHungDisk(
  partitions: Iterable<PartitionProgress>,
  segments: Segments | null,
  timeoutMs: number,
): ClientError | null {
  for (const at of partitions) {
    const waitedMs = segments?.of(at)?.publishingForMs ?? 0;
    if (at.isExcused || waitedMs < timeoutMs) continue;
    return new ClientError(
      'STALLED',
      `The disk has not confirmed a segment of ${partitionKey(at)} for ${Math.round(waitedMs / 1000)} s; nothing behind offset ${at.durable} is committed. Look at the disk; --stall-timeout sets the time.`,
    );
  }
  return null;
}
