import type { TopicPartition } from '../broker/consumer.ts';
import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';

/**
 * `--limit N`: exactly N alerts are saved by this process. What a message yields is known only when it is done, so
 * every batch gets a budget; all budgets together never exceed what is still wanted.
 *
 * What the folder has come to already and is read again comes first, without a budget, and counts: ending before it could leave an earlier
 * message in a later one's file.
 */
export class Limit {
  readonly #wanted: number;
  readonly #partitions: () => Iterable<PartitionProgress>;
  /** What is read again of a partition ends here. */
  readonly #ends = new Map<string, number>();
  #saved = 0;
  #given = 0;
  /** As far as anybody has seen. */
  #alertsAMessage: 'unknown' | 'one' | 'several' = 'unknown';

  /** @param wanted null: no limit. @param partitions those that are ours. */
  constructor(wanted: number | null, partitions: () => Iterable<PartitionProgress> = () => []) {
    this.#wanted = wanted ?? Number.POSITIVE_INFINITY;
    this.#partitions = partitions;
  }

  get reached(): boolean {
    return this.#saved >= this.#wanted && !this.isReadingAgain;
  }

  /** Reading of this partition, which begins now, comes to what is new at this offset. */
  readsAgain(at: TopicPartition, end: number): void {
    this.#ends.set(partitionKey(at), end);
  }

  /** Where what is read again of this partition ends. */
  endOfAgain(at: TopicPartition): number {
    return this.#ends.get(partitionKey(at)) ?? 0;
  }

  /** What is read again is not all settled. */
  get isReadingAgain(): boolean {
    if (this.#ends.size === 0) return false;
    for (const at of this.#partitions()) {
      const [first] = at.works.keys();
      if ((first?.view.offset(0) ?? at.watermark.position) < this.endOfAgain(at)) return true;
    }
    return false;
  }

  /**
   * A budget for so many messages of a partition, all of them before {@link endOfAgain} or none; null where there is no limit. It may be 0: come
   * again. A batch gets one only when those before it have all that they need, for their files get names first. Of messages with several alerts
   * nobody knows what they need, so there those before it must be done.
   *
   * @param from the first one's offset.
   */
  take(at: PartitionProgress, from: number, messages: number): number | null {
    if (this.#wanted === Number.POSITIVE_INFINITY || from < this.endOfAgain(at)) return null;
    if (this.isReadingAgain) return 0;
    for (const { budget, view } of at.works.keys()) {
      if (view.offset(0) >= from) break;
      if (this.#alertsAMessage !== 'one') return 0;
      if (budget !== null && budget < view.batch.count - view.firstPending()) return 0;
    }
    const budget = Math.max(0, Math.min(messages, this.#wanted - this.#saved - this.#given));
    this.#given += budget;
    return budget;
  }

  /** Alerts that counted as saved were thrown away. */
  takeBack(saved: number): void {
    this.#saved -= saved;
  }

  /** A batch is back: its budget, how many alerts it saved of it, and of how many messages that it finished. */
  settle(budget: number | null, saved: number, messages: number): void {
    this.#given -= budget ?? 0;
    this.#saved += saved;
    if (saved > messages) this.#alertsAMessage = 'several';
    else if (saved > 0 && this.#alertsAMessage === 'unknown') this.#alertsAMessage = 'one';
  }
}
