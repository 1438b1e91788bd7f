import type { MessageToPack } from '../batch/batch.ts';
import type { AlertConsumer, PartitionOffset, TopicPartition } from '../broker/consumer.ts';
import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';

/** The end of a partition as it was at the start. */
interface End extends PartitionOffset {
  readonly empty: boolean;
}

/** Where reading ends by itself. */
export interface ReadingEnd {
  /**
   * Messages from there on are not ours to read; null: all are, for now.
   *
   * @param messages what was just read of the partition, in offset order.
   */
  endOf(at: TopicPartition, messages?: readonly MessageToPack[]): number | null;
  /** The least that it can be: markers and aborted messages have timestamps too, and are never read. */
  leastEndOf(at: TopicPartition): number | null;
  /** Whether all of our own partitions are read and finished. @throws BrokerError */
  isOwnReached(consumer: AlertConsumer, own: ReadonlyMap<string, PartitionProgress>): Promise<boolean>;
  /** The same, and whether the other members have committed theirs. @throws BrokerError */
  isReached(consumer: AlertConsumer, own: ReadonlyMap<string, PartitionProgress>): Promise<boolean>;
}

/**
 * `--until-end`: the high watermarks of all partitions, taken once at the start, so that it ends on a live topic too.
 * A partition of ours is done when all below its mark is finished; one of another member's, when the group has
 * committed up to it.
 */
export class UntilEnd implements ReadingEnd {
  readonly #ends = new Map<string, End>();

  /** Takes the snapshot. With `isolation.level=read_committed` an open transaction's first offset is the end. @throws BrokerError */
  static snapshot(consumer: AlertConsumer, partitions: readonly TopicPartition[]): Promise<UntilEnd> {
    return UntilEnd.#take(consumer, partitions, () => null);
  }

  /** The ends are the first messages of this time or a later one; where there is none, the end of what is there. @throws BrokerError */
  static async before(
    timeMs: number,
    consumer: AlertConsumer,
    partitions: readonly TopicPartition[],
  ): Promise<UntilEnd> {
    const found = await consumer.offsetsForTime(partitions, timeMs);
    const offsets = new Map(found.map((at) => [partitionKey(at), at.offset]));
    return UntilEnd.#take(consumer, partitions, (at) => offsets.get(partitionKey(at)) ?? null);
  }

  static async #take(
    consumer: AlertConsumer,
    partitions: readonly TopicPartition[],
    endOf: (at: TopicPartition) => number | null,
  ): Promise<UntilEnd> {
    const until = new UntilEnd();
    await Promise.all(
      partitions.map(async ({ topic, partition }) => {
        const { low, high } = await consumer.watermarks({ topic, partition });
        const offset = endOf({ topic, partition }) ?? high;
        until.#ends.set(partitionKey({ topic, partition }), {
          topic,
          partition,
          offset,
          empty: low >= offset,
        });
      }),
    );
    return until;
  }

  /** The partition's mark: messages from there on are not ours to read; null: it appeared later. */
  endOf(at: TopicPartition): number | null {
    return this.#ends.get(partitionKey(at))?.offset ?? null;
  }

  leastEndOf(at: TopicPartition): number | null {
    return this.endOf(at);
  }

  isOwnReached(_consumer: AlertConsumer, own: ReadonlyMap<string, PartitionProgress>): Promise<boolean> {
    return Promise.resolve(this.#ownDone(own));
  }

  async isReached(consumer: AlertConsumer, own: ReadonlyMap<string, PartitionProgress>): Promise<boolean> {
    return this.#ownDone(own) && (await this.#othersDone(consumer, own));
  }

  #ownDone(own: ReadonlyMap<string, PartitionProgress>): boolean {
    return [...this.#ends].every(([key, end]) => own.get(key)?.isDoneUpTo(end.offset) !== false);
  }

  /** Whether the other members have committed their partitions up to the mark. @throws BrokerError */
  async #othersDone(consumer: AlertConsumer, own: ReadonlyMap<string, PartitionProgress>): Promise<boolean> {
    const others = [...this.#ends].filter(([key, end]) => !own.has(key) && !end.empty).map(([, end]) => end);
    const committed = await consumer.committed(others);
    if (committed.some((at) => at.offset < (this.endOf(at) ?? 0))) return false;
    // Beyond the end nobody has read: the topic was made again or cut, and whoever is given the partition begins before that.
    const past = committed.filter((at) => at.offset > (this.endOf(at) ?? 0));
    const ends = await Promise.all(past.map((at) => consumer.watermarks(at)));
    return past.every(({ offset }, i) => offset <= (ends[i]?.high ?? 0));
  }
}
