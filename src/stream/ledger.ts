import { EventEmitter, once } from 'node:events';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import { ClientError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Acknowledgements, type HandedOut } from './acknowledgements.ts';
import { partitionLost } from './batch.ts';
import type { Session } from './session.ts';

const COMMIT_TIMEOUT_MS = 20_000;
/** Partitions that are taken away wait so long for what the caller has of them in hand. */
const SURRENDER_TIMEOUT_MS = 20_000;

/** What the caller has been given, what of it is acknowledged, and the commits that follow. */
export class Ledger {
  readonly acknowledgements: Acknowledgements = new Acknowledgements();
  readonly #log: Log;
  readonly #events = new EventEmitter();
  /** Partitions whose alerts the caller is at work on. */
  #inHand: readonly PartitionProgress[] = [];
  /** Something was acknowledged, so what no alert came of may be committed by itself. */
  #acknowledges = false;
  /** Makes what was written to a sink durable, and acknowledges it. */
  #flush: () => Promise<void> = () => Promise.resolve();
  #closed = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A sink takes the alerts, and what it has is acknowledged by it. */
  pipeInto(flush: () => Promise<void>): void {
    this.#acknowledges = true;
    this.#flush = flush;
  }

  /** The caller is at work on alerts of these partitions; on none where it came back. */
  inHand(partitions: readonly PartitionProgress[]): void {
    this.#inHand = partitions;
    this.#events.emit('change');
  }

  acknowledge(session: Session, handedOut: readonly HandedOut[]): void {
    this.#acknowledges = true;
    for (const each of handedOut) this.acknowledgements.close(each);
    const done = new Set(handedOut.map(({ at }) => at));
    for (const at of done) if (session.owns(at)) this.acknowledgements.settle(at);
    this.inHand(this.#inHand.filter((at) => !done.has(at)));
  }

  /** @throws ClientError PARTITION_LOST, BROKER_UNREACHABLE */
  async commit(session: Session, partitions: readonly PartitionProgress[]): Promise<void> {
    const lost = partitions.filter((at) => !session.owns(at));
    if (lost.length > 0) throw partitionLost(lost, this.#closed);
    const answer = await session.commit(partitions, COMMIT_TIMEOUT_MS);
    if (answer === 'lost') throw partitionLost(partitions, this.#closed);
    if (answer === 'late')
      throw new ClientError(
        'BROKER_UNREACHABLE',
        `The broker did not confirm the commit within ${COMMIT_TIMEOUT_MS / 1000} s.`,
      );
  }

  /** Counts what no alert came of as acknowledged along with its neighbours. */
  settle(session: Session): void {
    if (this.#acknowledges) for (const at of session.active()) this.acknowledgements.settle(at);
  }

  /** Gives the caller the time to acknowledge what is in hand, and commits. Who came back without will not do it soon. */
  async surrender(session: Session, partitions: readonly PartitionProgress[]): Promise<void> {
    const tooLate = AbortSignal.timeout(SURRENDER_TIMEOUT_MS);
    while (!this.#closed && !tooLate.aborted && this.#inHand.some((at) => partitions.includes(at)))
      await once(this.#events, 'change', { signal: tooLate }).catch(() => null);
    // A sink that fails says so itself.
    await Promise.race([this.#flush().catch(() => null), tooLate.aborted || once(tooLate, 'abort')]);
    await this.#commitAcknowledged(session, partitions);
  }

  /** The last commit. */
  async close(session: Session): Promise<void> {
    this.#closed = true;
    this.inHand([]);
    await this.#commitAcknowledged(session, session.active());
  }

  async #commitAcknowledged(session: Session, partitions: readonly PartitionProgress[]): Promise<void> {
    if (!this.#acknowledges) return;
    for (const at of partitions) this.acknowledgements.settle(at);
    if ((await session.commit(partitions, COMMIT_TIMEOUT_MS)) === 'late')
      this.#log.warn('The broker did not confirm the last commit; what it was about comes again.');
  }
}
