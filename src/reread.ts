import { setTimeout as sleep } from 'node:timers/promises';
import type { Reader } from './batch/read.ts';
import type { Assignment } from './broker/assignment.ts';
import type { AlertConsumer } from './broker/consumer.ts';
import { type PartitionProgress, partitionKey } from './commit/partition-progress.ts';
import { ClientError, messageOf } from './errors.ts';
import type { Log } from './log.ts';
import type { Returns } from './returns.ts';
import type { StandardOutput } from './pipe/standard-output.ts';
import type { Published } from './segment/recover.ts';
import type { Segments } from './segment/segments.ts';
import { checkUnbroken } from './way-back.ts';

const FAILURES_IN_A_ROW = 3;
const RETRY_MS = 1_000;

/** What {@link Reread} needs from the flow around it. */
export interface RereadOptions {
  readonly log: Log;
  readonly consumer: AlertConsumer;
  readonly assignment: Assignment;
  readonly reader: Reader;
  readonly returns: Returns;
  readonly segments: Segments | null;
  /** Puts what workers encoded into offset order; null: they write files themselves. */
  readonly collector: Segments | StandardOutput | null;
  /** Gives up all that is under way of a partition. */
  readonly cancelAll: (at: PartitionProgress) => Promise<void>;
  /** What counted as saved of a partition from an offset on was thrown away. */
  readonly takeBack: (at: PartitionProgress, from: number) => void;
  readonly stallTimeoutMs: number;
  readonly isOver: () => boolean;
  readonly fail: (error: ClientError) => void;
}

/**
 * What was written and is not durable is thrown away, and its messages are read again: after a sync that failed nobody knows what
 * the disk holds, and behind another writer's segment ours has no place.
 */
export class Reread {
  readonly #options: RereadOptions;
  /** Of partitions whose segments fail: since when. */
  readonly #failingSinceMs = new WeakMap<PartitionProgress, number>();

  constructor(options: RereadOptions) {
    this.#options = options;
  }

  /** A segment was published: what failed of its partition before has passed. Others may lie on another disk. */
  published(at: PartitionProgress): void {
    this.#failingSinceMs.delete(at);
  }

  /** The grouped sync failed: nothing since the last good one may be believed. */
  async syncFailed(error: unknown, inARow: number): Promise<void> {
    const { log, assignment, fail, isOver } = this.#options;
    log.error(
      `The disk did not confirm what was written: ${messageOf(error)}. Nothing of it is committed; it is written again.`,
    );
    if (inARow >= FAILURES_IN_A_ROW) {
      fail(
        new ClientError(
          'OUTPUT',
          `The disk failed to confirm ${inARow} times in a row: ${messageOf(error)}.`,
        ),
      );
      return;
    }
    // On the way out nothing is read again: what is in doubt stays uncommitted, and the drain says so.
    if (isOver()) return;
    await Promise.all(
      [...assignment.partitions.values()]
        .filter((at) => at.durable < at.watermark.position)
        .map((at) => this.#goBack(at)),
    );
  }

  /** A segment was not published: another writer was faster (null), or the disk refused. */
  async segmentLost(at: PartitionProgress, error: NodeJS.ErrnoException | null): Promise<void> {
    const { log, segments, takeBack } = this.#options;
    if (error === null) {
      log.warn(
        `Another writer has published a segment of ${partitionKey(at)} that begins where ours does; ours is thrown away, and reading goes on behind it.`,
      );
    } else {
      this.#segmentFailed(at, error);
    }
    const own = at.durable;
    await this.#goBack(at, async () => {
      await segments?.abandon(at);
      if (error !== null) await sleep(RETRY_MS);
      const published = await this.#recover(at);
      if (published !== null && segments !== null) {
        await checkUnbroken(segments, at, at.durable, published.next);
        at.durable = Math.max(at.durable, published.next);
      }
      // What another has published is not ours; after an error what is published is.
      takeBack(at, error === null ? own : at.durable);
    });
  }

  /**
   * Alerts that count as saved behind a message that waits are thrown away: others may save as many. What is before it is brought to the disk first;
   * until that is done nothing happens, and it is to be asked again.
   */
  async wantedBack(at: PartitionProgress): Promise<void> {
    const { collector, takeBack } = this.#options;
    collector?.close([at]);
    if (collector === null || at.rewinding || at.durable < at.finished) return;
    await this.#goBack(at, async () => {
      await collector.abandon(at);
      takeBack(at, at.durable);
    });
  }

  #segmentFailed(at: PartitionProgress, error: NodeJS.ErrnoException): void {
    const { returns, isOver, fail } = this.#options;
    if (error instanceof ClientError) {
      // No waiting mends it.
      fail(error);
      return;
    }
    returns.fileTrouble(at, error);
    if (!this.#isStalled(at) && !isOver()) return;
    fail(
      new ClientError(
        'OUTPUT',
        `A segment of ${partitionKey(at)} could not be made durable: ${error.message}. It is not committed, so its alerts come again.`,
      ),
    );
  }

  /** Something failed once more. Room may be made on a disk for as long as it takes; whatever else is wrong counts as standing still. */
  #isStalled(at: PartitionProgress): boolean {
    const nowMs = performance.now();
    const sinceMs = at.isExcused ? nowMs : (this.#failingSinceMs.get(at) ?? nowMs);
    this.#failingSinceMs.set(at, sinceMs);
    return nowMs - sinceMs > this.#options.stallTimeoutMs;
  }

  /** What is published; where the folder cannot be read for now, it is tried again. @throws what no waiting mends, or has not mended. */
  async #recover(at: PartitionProgress): Promise<Published | null> {
    const { segments, returns, isOver } = this.#options;
    for (;;) {
      try {
        return (await segments?.recover(at)) ?? null;
      } catch (error) {
        const cause = (error instanceof ClientError ? error.cause : error) as
          | NodeJS.ErrnoException
          | undefined;
        if (cause?.code === undefined || isOver()) throw error;
        returns.fileTrouble(at, cause);
        if (this.#isStalled(at)) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  #takesBack(at: PartitionProgress): () => Promise<void> {
    return () => {
      this.#options.takeBack(at, at.durable);
      return Promise.resolve();
    };
  }

  /** @param meanwhile runs when nothing of the partition is under way any more. */
  async #goBack(at: PartitionProgress, meanwhile = this.#takesBack(at)): Promise<void> {
    const { consumer, assignment, reader, collector, cancelAll, isOver, fail } = this.#options;
    at.rewinding = true;
    // A disk that does not answer can hold this up, too.
    at.movedAtMs = performance.now();
    await cancelAll(at);
    // At once, so that nobody takes for finished what is going to be read again.
    at.rewind();
    try {
      await meanwhile();
      await reader.betweenReads(async () => {
        at.rewind();
        at.movedAtMs = performance.now();
        // It was taken away meanwhile, or we are leaving: the next reader begins at what is durable.
        if (assignment.get(at) !== at || at.leaving || isOver()) return;
        await consumer.seek({ topic: at.topic, partition: at.partition, offset: at.durable });
        collector?.begin(at, at.durable > at.start ? 'segment' : at.behind);
        at.rewinding = false;
        reader.release(at);
      });
    } catch (error) {
      fail(
        error instanceof ClientError
          ? error
          : new ClientError(
              'OUTPUT',
              `${partitionKey(at)} could not be set back to ${at.durable}: ${messageOf(error)}. Start again to go on from there.`,
            ),
      );
    }
  }
}
