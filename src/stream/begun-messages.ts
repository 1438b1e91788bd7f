import type { PartitionProgress } from '../commit/partition-progress.ts';
import type { StreamedAlert } from './batch.ts';
import { passOn, type QueuedMessage } from './message-queue.ts';

/** A message whose alerts are handed out one by one. */
export class BegunMessage<A extends object> {
  readonly queued: QueuedMessage;
  readonly #alerts: readonly StreamedAlert<A>[];
  #next = 0;

  constructor(queued: QueuedMessage, alerts: readonly StreamedAlert<A>[]) {
    this.queued = queued;
    this.#alerts = alerts;
    this.#passOnAtEnd();
  }

  get isDone(): boolean {
    return this.#next >= this.#alerts.length;
  }

  /** The next alert; null: there is none. With its last alert the message is in the caller's hands. */
  take(): StreamedAlert<A> | null {
    const alert = this.#alerts[this.#next];
    if (alert === undefined) return null;
    this.#next += 1;
    this.#passOnAtEnd();
    return alert;
  }

  /** All that are left, for who hands them out at once and passes the message on. */
  takeRest(): readonly StreamedAlert<A>[] {
    const rest = this.#alerts.slice(this.#next);
    this.#next = this.#alerts.length;
    return rest;
  }

  #passOnAtEnd(): void {
    if (this.isDone) passOn(this.queued);
  }
}

/**
 * Messages of which some alerts were handed out, and not all. They have left the queue, and the loop that began one may be left inside it:
 * whoever reads on begins with its rest.
 */
export class BegunMessages<A extends object> {
  readonly #begun = new Set<BegunMessage<A>>();

  /** A message was taken from the queue, with these alerts. */
  begin(queued: QueuedMessage, alerts: readonly StreamedAlert<A>[]): BegunMessage<A> {
    const begun = new BegunMessage(queued, alerts);
    this.#begun.add(begun);
    return begun;
  }

  /** The first that is not handed out to its end; null: there is none. Partitions that are no longer ours are read again by others. */
  first(isOurs: (at: PartitionProgress) => boolean): BegunMessage<A> | null {
    for (const begun of this.#begun) {
      if (!begun.isDone && isOurs(begun.queued.at)) return begun;
      this.#begun.delete(begun);
    }
    return null;
  }
}
