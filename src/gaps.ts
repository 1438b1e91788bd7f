import type { AlertConsumer } from './broker/consumer.ts';
import { gapText, type OffsetGap } from './broker/start-position.ts';
import type { PartitionProgress } from './commit/partition-progress.ts';
import type { Config } from './config.ts';
import { ClientError, messageOf } from './errors.ts';
import type { Log } from './log.ts';
import type { Segments } from './segment/segments.ts';

/** What {@link Gaps} needs from the flow around it. */
export interface GapsOptions {
  readonly config: Config;
  readonly log: Log;
  readonly consumer: AlertConsumer;
  readonly segments: Segments | null;
  /** So many offsets are gone for good. */
  readonly onLost: (offsets: number) => void;
  readonly fail: (error: ClientError) => void;
}

/** Offsets from `from` to before `next` that no message came of. */
export interface PassedOver {
  readonly from: number;
  readonly next: number;
}

/** Offsets that the broker no longer has: told, counted, and the end where the user wants that. */
export class Gaps {
  readonly #options: GapsOptions;
  readonly #passed = new Map<PartitionProgress, PassedOver[]>();
  #looking: Promise<void> | null = null;

  constructor(options: GapsOptions) {
    this.#options = options;
  }

  found(gap: OffsetGap): void {
    const { log, config, onLost, fail } = this.#options;
    onLost(gap.lost ?? 0);
    log.error({ ...gap }, gapText(gap));
    if (config.errors.onGap === 'stop') fail(new ClientError('OFFSET_GAP', gapText(gap)));
  }

  /** Offsets were passed over in mid-stream: markers and compaction are normal, an expired range is a loss. */
  passed(at: PartitionProgress, ranges: readonly PassedOver[]): void {
    this.#passed.set(at, [...(this.#passed.get(at) ?? []), ...ranges]);
    // One question at a time: where every transaction leaves a marker, there is always something to look at.
    this.#looking ??= this.#look();
  }

  /** Whether something that was passed over is still being looked at. */
  get isLooking(): boolean {
    return this.#looking !== null;
  }

  /** Settles when all that was passed over has been looked at. */
  async looked(): Promise<void> {
    await this.#looking;
  }

  async #look(): Promise<void> {
    for (const [at, ranges] of this.#passed) {
      this.#passed.delete(at);
      await this.#lookAt(at, ranges);
    }
    this.#looking = null;
  }

  async #lookAt(at: PartitionProgress, ranges: readonly PassedOver[]): Promise<void> {
    const { topic, partition } = at;
    const low = await this.#lowOf(at);
    for (const { from, next } of ranges) {
      // What expired after it was read is no loss.
      const available = Math.min(low, next);
      if (available <= from) continue;
      at.notes.expired(from, available - 1);
      this.#options.segments?.of(at)?.expired(from, available - 1);
      this.found({ topic, partition, wanted: from, available, lost: available - from });
    }
  }

  /** The first offset that the broker still has; 0 where it does not say. */
  async #lowOf(at: PartitionProgress): Promise<number> {
    const { consumer, log } = this.#options;
    try {
      return (await consumer.watermarks(at)).low;
    } catch (error) {
      log.debug(`The low watermark could not be read: ${messageOf(error)}.`);
      return 0;
    }
  }
}
