import type { PartitionProgress } from '../commit/partition-progress.ts';
import type { HandedOut } from './acknowledgements.ts';
import type { Ledger } from './ledger.ts';
import type { Session } from './session.ts';

/** Single alerts that were handed out and that the broker has not confirmed. */
export class Uncommitted {
  readonly #ledger: Ledger;
  /** What waits for {@link commit}, from its first message on. */
  readonly #handedOut = new Map<PartitionProgress, HandedOut>();
  /** What it was called for, and the broker did not confirm. */
  readonly #unconfirmed = new Set<PartitionProgress>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** An alert of the message at this offset is handed out. */
  handOut(at: PartitionProgress, offset: number): void {
    if (!this.#handedOut.has(at)) this.#handedOut.set(at, this.#ledger.acknowledgements.open(at, offset));
    this.#ledger.inHand([at]);
  }

  /** Commits all of it. @throws ClientError PARTITION_LOST, BROKER_UNREACHABLE */
  async commit(session: Session): Promise<void> {
    for (const at of this.#unconfirmed) if (at.committed >= at.durable) this.#unconfirmed.delete(at);
    const handedOut = [...this.#handedOut.values()];
    this.#handedOut.clear();
    this.#ledger.acknowledge(session, handedOut);
    for (const { at } of handedOut) this.#unconfirmed.add(at);
    const partitions = [...this.#unconfirmed];
    try {
      await this.#ledger.commit(session, partitions);
    } finally {
      // A loss is told once. What only came late is asked for again, and not forgotten.
      for (const at of partitions)
        if (!session.owns(at) || at.committed >= at.durable) this.#unconfirmed.delete(at);
    }
  }
}
