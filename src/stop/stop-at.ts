import type { MessageToPack } from '../batch/batch.ts';
import type { AlertConsumer, TopicPartition } from '../broker/consumer.ts';
import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';
import { type ReadingEnd, UntilEnd } from './until-end.ts';

/** Messages of just before the time may be on their way when it comes. */
const LATE_MS = 5_000;

/**
 * `--stop-at`: each partition ends at its first message of that time or a later one, by Kafka's timestamps. It is seen when it is read. A
 * moment after the time has come, whatever is there then bounds a partition in which there is none.
 */
export class StopAt implements ReadingEnd {
  readonly #timeMs: number;
  readonly #partitions: () => Promise<readonly TopicPartition[]>;
  /** First messages of the time or later, as they were read. */
  readonly #seen = new Map<string, number>();
  /** What is read of a partition at the most, and what other members must have read of theirs; null: the time is to come. */
  #bounds: { readonly most: UntilEnd; readonly least: UntilEnd } | null = null;

  /** @param partitions all that are there, asked when the time has come. */
  constructor(timeMs: number, partitions: () => Promise<readonly TopicPartition[]>) {
    this.#timeMs = timeMs;
    this.#partitions = partitions;
  }

  /** Looks at what is there, if the time has come. @throws BrokerError */
  async look(consumer: AlertConsumer, nowMs: number, lateMs: number = LATE_MS): Promise<void> {
    if (this.#bounds !== null || nowMs < this.#timeMs + lateMs) return;
    const partitions = await this.#partitions();
    const most = await UntilEnd.snapshot(consumer, partitions);
    this.#bounds = { most, least: await UntilEnd.before(this.#timeMs, consumer, partitions) };
  }

  endOf(at: TopicPartition, messages: readonly MessageToPack[] = []): number | null {
    const key = partitionKey(at);
    const first = messages.find(({ timestampMs }) => timestampMs >= this.#timeMs)?.offset;
    if (first !== undefined && !this.#seen.has(key)) this.#seen.set(key, first);
    return this.#seen.get(key) ?? this.#bounds?.most.endOf(at) ?? null;
  }

  leastEndOf(at: TopicPartition): number | null {
    return this.#bounds?.least.endOf(at) ?? null;
  }

  async isOwnReached(consumer: AlertConsumer, own: ReadonlyMap<string, PartitionProgress>): Promise<boolean> {
    await this.look(consumer, Date.now());
    if (this.#bounds === null) return false;
    const unfinished = [...own.values()].some((at) => !at.isDoneUpTo(this.endOf(at) ?? 0));
    return !unfinished && (await this.#bounds.least.isOwnReached(consumer, own));
  }

  async isReached(consumer: AlertConsumer, own: ReadonlyMap<string, PartitionProgress>): Promise<boolean> {
    if (!(await this.isOwnReached(consumer, own))) return false;
    return (await this.#bounds?.least.isReached(consumer, own)) === true;
  }
}
