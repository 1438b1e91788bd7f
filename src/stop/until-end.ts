import type { AlertConsumer, PartitionOffset, TopicPartition } from '../broker/consumer.ts';
import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';

/** The end of a partition as it was at the start. */
interface End extends PartitionOffset {
  readonly empty: boolean;
}

/**
 * `--until-end`: the high watermarks of all partitions, taken once at the start, so that it ends on a live topic too.
 * A partition of ours is done when all below its mark is finished; one of another member's, when the group has
 * committed up to it.
 */
export class UntilEnd {
  readonly #ends = new Map<string, End>();

  /** Takes the snapshot. With `isolation.level=read_committed` an open transaction's first offset is the end. @throws BrokerError */
  static async snapshot(consumer: AlertConsumer, partitions: readonly TopicPartition[]): Promise<UntilEnd> {
    const until = new UntilEnd();
    await Promise.all(
      partitions.map(async ({ topic, partition }) => {
        const { low, high } = await consumer.watermarks({ topic, partition });
        until.#ends.set(partitionKey({ topic, partition }), {
          topic,
          partition,
          offset: high,
          empty: low >= high,
        });
      }),
    );
    return until;
  }

  /** The partition's mark: messages from there on are not ours to read; null: it appeared later. */
  endOf(at: TopicPartition): number | null {
    return this.#ends.get(partitionKey(at))?.offset ?? null;
  }

  /** Whether all of our own partitions are done. */
  ownDone(own: ReadonlyMap<string, PartitionProgress>): boolean {
    return [...this.#ends].every(([key, end]) => (own.get(key)?.finished ?? end.offset) >= end.offset);
  }

  /** Whether the other members have committed their partitions up to the mark. @throws BrokerError */
  async othersDone(consumer: AlertConsumer, own: ReadonlyMap<string, PartitionProgress>): Promise<boolean> {
    const others = [...this.#ends].filter(([key, end]) => !own.has(key) && !end.empty).map(([, end]) => end);
    const committed = await consumer.committed(others);
    return committed.every((at) => at.offset >= (this.endOf(at) ?? 0));
  }
}
