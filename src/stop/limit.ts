import type { BatchView } from '../batch/batch.ts';
import type { TopicPartition } from '../broker/consumer.ts';
import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';
import { budgetLeft, type Work } from '../pool/work.ts';
import { recordsAnnounced } from '../worker/decode/avro/container.ts';

/**
 * `--limit N`: exactly N alerts are saved by this process. How many of a message's alerts are saved is known only when it is done, so
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
  /** How many alerts each message of a batch has at the most. */
  readonly #alerts = new WeakMap<BatchView, readonly number[]>();
  #saved = 0;
  #given = 0;

  /** @param wanted null: no limit. @param partitions those that are ours. */
  constructor(wanted: number | null, partitions: () => Iterable<PartitionProgress> = () => []) {
    this.#wanted = wanted ?? Number.POSITIVE_INFINITY;
    this.#partitions = partitions;
  }

  /** So many are saved that will stay: what waits in a segment for a message before it may still be thrown away. */
  get reached(): boolean {
    if (!this.isUsedUp || this.isReadingAgain) return false;
    let behind = 0;
    for (const at of this.#partitions()) behind += at.savedBehind;
    return this.#saved - behind >= this.#wanted;
  }

  /** As many as are wanted count as saved. */
  get isUsedUp(): boolean {
    return this.#saved >= this.#wanted;
  }

  /** Partitions whose first batch came back with messages left, and that batch. */
  *waiting(): Iterable<{ at: PartitionProgress; first: Work }> {
    for (const at of this.#partitions()) {
      const [first] = at.works.keys();
      if (first?.state === 'returned' && !at.leaving && !at.rewinding) yield { at, first };
    }
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
   * A budget for a batch of a partition, whose messages are before {@link endOfAgain} all or none; null where there is no limit. It may be 0: come
   * again. A batch gets one only when those before it have all that they need: their files get names first, and what a segment took of those behind
   * them would be thrown away at the end.
   */
  take(at: PartitionProgress, view: BatchView): number | null {
    const from = view.offset(0);
    if (this.#wanted === Number.POSITIVE_INFINITY || from < this.endOfAgain(at)) return null;
    if (this.isReadingAgain) return 0;
    for (const work of at.works.keys()) {
      if (work.view.offset(0) >= from) break;
      const left = budgetLeft(work);
      if (left !== null && left < this.#needOf(work.view)) return 0;
    }
    const budget = Math.max(0, Math.min(this.#needOf(view), this.#wanted - this.#saved - this.#given));
    this.#given += budget;
    return budget;
  }

  /** Alerts that counted as saved were thrown away. */
  takeBack(saved: number): void {
    this.#saved -= saved;
  }

  /** A batch is back: its budget, and how many alerts it saved of it. */
  settle(budget: number | null, saved: number): void {
    this.#given -= budget ?? 0;
    this.#saved += saved;
  }

  /** What a batch can still save at the most. */
  #needOf(view: BatchView): number {
    let alerts = this.#alerts.get(view);
    if (alerts === undefined) {
      alerts = Array.from({ length: view.batch.count }, (_, index) => mostAlerts(view.message(index).value));
      this.#alerts.set(view, alerts);
    }
    return alerts.slice(view.firstPending()).reduce((sum, each) => sum + each, 0);
  }
}

/** Only an Avro container has several. A damaged one is a dead letter. */
function mostAlerts({ buffer, byteOffset, byteLength }: Uint8Array): number {
  return recordsAnnounced(Buffer.from(buffer, byteOffset, byteLength)) ?? 1;
}
