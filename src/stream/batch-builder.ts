import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';
import type { Acknowledgements, HandedOut } from './acknowledgements.ts';
import type { ReadMessage } from './alert-reader.ts';
import type { AlertBatch, OffsetRange, SkippedMessage, StreamedAlert } from './batch.ts';
import { passOn, type QueuedMessage } from './message-queue.ts';

/** Gathers messages for a batch. What is in it is handed out, and open until it is acknowledged. */
export class BatchBuilder<A extends object> {
  readonly #acknowledgements: Acknowledgements;
  readonly #alerts: StreamedAlert<A>[] = [];
  readonly #skipped: SkippedMessage[] = [];
  readonly #ranges = new Map<PartitionProgress, OffsetRange>();
  readonly #handedOut: HandedOut[] = [];
  #messages = 0;

  constructor(acknowledgements: Acknowledgements) {
    this.#acknowledgements = acknowledgements;
  }

  get messages(): number {
    return this.#messages;
  }

  get handedOut(): readonly HandedOut[] {
    return this.#handedOut;
  }

  /** Whether there is nothing to show for the messages. */
  get isEmpty(): boolean {
    return this.#alerts.length === 0 && this.#skipped.length === 0;
  }

  add(queued: QueuedMessage, { alerts, skipped }: ReadMessage<A>): void {
    const { at, message, next } = queued;
    const { topic, partition } = at;
    this.#messages += 1;
    for (const alert of alerts) this.#alerts.push(alert);
    if (skipped !== null) this.#skipped.push(skipped);
    const before = this.#ranges.get(at);
    if (before === undefined) this.#handedOut.push(this.#acknowledgements.open(at, message.offset));
    this.#ranges.set(at, { topic, partition, first: before?.first ?? message.offset, next });
    passOn(queued);
  }

  build(): Pick<AlertBatch<A>, 'alerts' | 'offsets' | 'skipped'> {
    return {
      alerts: this.#alerts,
      skipped: this.#skipped,
      offsets: [...this.#ranges.values()].sort((a, b) => (partitionKey(a) < partitionKey(b) ? -1 : 1)),
    };
  }
}
