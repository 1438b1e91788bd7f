import { setImmediate } from 'node:timers/promises';
import { ClientError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { PartitionProgress, partitionKey } from '../commit/partition-progress.ts';
import { type AlertConsumer, isBrokerError, type Rebalance, type TopicPartition } from './consumer.ts';
import type { StartPosition } from './start-position.ts';

const RETRY_MS = 1_000;

/** What the assignment needs from the flow around it. */
export interface AssignmentOptions {
  readonly consumer: AlertConsumer;
  readonly log: Log;
  /** Finds where partitions begin. May throw BrokerError: it is asked again. */
  readonly startPositions: (partitions: readonly TopicPartition[]) => Promise<readonly StartPosition[]>;
  /** Brings what is in flight of these partitions to its end, within its own deadline, and cancels the rest. */
  readonly drain: (partitions: readonly PartitionProgress[]) => Promise<void>;
  /** Runs something while no read is under way, so that each read belongs to one assignment as a whole. */
  readonly betweenReads: (action: () => void | Promise<void>) => Promise<void>;
  readonly onAssigned: (partitions: readonly PartitionProgress[]) => void;
  readonly fail: (error: ClientError) => void;
}

/** An assignment that the group has told. */
interface Offer {
  readonly partitions: readonly TopicPartition[];
  /** librdkafka has not taken it back. */
  holds: boolean;
}

/**
 * Answers the group's rebalances, one after the other.
 *
 *     assign:  ask for start positions → assign → read
 *     revoke:  stop beginning new work → drain → commit → unassign
 *
 * librdkafka waits for the answer to a revoke, and the group waits with it; that is what gives us the time to commit. For the answer to an
 * assign it does not wait where a topic gets partitions meanwhile: it joins anew without a revoke. What it would read until the next assign it could
 * not commit, so nothing is read.
 */
export class Assignment {
  /** The partitions that are ours, by {@link partitionKey}. */
  readonly partitions = new Map<string, PartitionProgress>();
  readonly #options: AssignmentOptions;
  /** Assignments that are not answered yet, in their order. */
  readonly #offers = new Set<Offer>();
  /** Of assignments that have still to be told. */
  #takenBackAhead = 0;
  #answered: Promise<void> = Promise.resolve();
  #waiting = 0;
  #closed = false;
  #isAnswered = false;

  constructor(options: AssignmentOptions) {
    this.#options = options;
    options.consumer.onRebalance = (rebalance) => {
      this.#waiting += 1;
      const offer = rebalance.kind === 'assign' ? this.#offered(rebalance.partitions) : null;
      this.#answered = this.#answered.then(() => this.#answer(rebalance, offer));
    };
    options.consumer.onTakenBack = () => {
      this.#takeBack();
    };
    options.consumer.onRemade = (topic) => {
      this.#end(topic);
    };
  }

  /** Whether the group has given us our partitions, be it none, and not taken them all back. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Takes partitions without the group: nobody gives them to us, and nobody takes them away. */
  takeByHand(partitions: readonly TopicPartition[]): void {
    this.#options.consumer.onRebalance({ kind: 'assign', partitions, errorCode: 0 });
  }

  get(at: TopicPartition): PartitionProgress | undefined {
    return this.partitions.get(partitionKey(at));
  }

  /** Partitions that are being read. */
  active(): PartitionProgress[] {
    return [...this.partitions.values()].filter((at) => !at.leaving);
  }

  /** No new partitions from now on; revokes are still answered. */
  close(): void {
    this.#closed = true;
  }

  /** Gives all partitions up, after they were drained and committed. */
  release(): void {
    this.partitions.clear();
    this.#options.consumer.unassign([]);
  }

  /** Offsets of the topic mean other messages from now on: going on would pass over those that it has below ours. */
  #end(topic: string): void {
    const ended = [...this.partitions.values()].filter((at) => at.topic === topic);
    for (const at of ended) at.isOther = true;
    if (ended.length > 0) this.#options.fail(remade(topic));
  }

  #offered(partitions: readonly TopicPartition[]): Offer {
    const offer = { partitions, holds: this.#takenBackAhead === 0 };
    if (!offer.holds) this.#takenBackAhead -= 1;
    this.#offers.add(offer);
    return offer;
  }

  #takeBack(): void {
    const offer = [...this.#offers].find(({ holds }) => holds);
    if (offer === undefined) this.#takenBackAhead += 1;
    else offer.holds = false;
  }

  async #answer(rebalance: Rebalance, offer: Offer | null): Promise<void> {
    try {
      if (offer === null) await this.#revoke(rebalance);
      else await this.#assign(offer).finally(() => this.#offers.delete(offer));
    } catch (error) {
      // On the way out the group may be asking still.
      this.#options.log[this.#closed ? 'debug' : 'error'](`A rebalance went wrong: ${messageOf(error)}.`);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #assign(offer: Offer): Promise<void> {
    const { consumer, log, betweenReads, onAssigned } = this.#options;
    // Out of date or not, librdkafka waits for an answer.
    const positions = (await this.#findPositions(offer.partitions)) ?? [];
    const gained = positions.map((at) => new PartitionProgress(at));
    const isTakenBack = (): boolean => !offer.holds;
    await betweenReads(async () => {
      if (isTakenBack()) return;
      consumer.assign(
        positions.map(({ topic, partition, offset, known }) => ({
          topic,
          partition,
          offset: known?.offset ?? offset,
        })),
      );
      await allHeard();
      if (isTakenBack()) {
        consumer.unassign([]);
        return;
      }
      for (const at of gained) this.partitions.set(partitionKey(at), at);
      // A pause from an earlier assignment outlives it.
      if (gained.length > 0) consumer.resume(gained);
    });
    if (isTakenBack()) {
      log.info(`${describe(offer.partitions)} were taken back before they could be read.`);
      return;
    }
    this.#isAnswered = true;
    if (gained.length > 0) log.info(`Assigned ${describe(gained)}.`);
    onAssigned(gained);
  }

  /** null: a newer rebalance waits, or we are leaving; this one is out of date. */
  async #findPositions(partitions: readonly TopicPartition[]): Promise<readonly StartPosition[] | null> {
    for (;;) {
      if (this.#closed) return null;
      try {
        return await this.#options.startPositions(partitions);
      } catch (error) {
        if (!isBrokerError(error)) throw error;
        if (this.#waiting > 1) return null;
        this.#options.log.warn(`The start positions could not be read: ${messageOf(error)}; asking again.`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #revoke({ partitions, errorCode }: Rebalance): Promise<void> {
    const { consumer, log, drain, betweenReads } = this.#options;
    const all = errorCode !== 0 || !consumer.cooperative;
    const lost = all ? [...this.partitions.values()] : partitions.flatMap((at) => this.get(at) ?? []);
    for (const at of lost) at.leaving = true;
    if (all) this.#isAnswered = false;
    if (lost.length > 0) {
      try {
        // Throws away what was prefetched of them, so that polling on serves only callbacks.
        consumer.pause(lost);
      } catch (error) {
        log.debug(`Partitions that leave could not be paused: ${messageOf(error)}.`);
      }
      await drain(lost);
    }
    await betweenReads(() => {
      for (const at of lost) this.partitions.delete(partitionKey(at));
      consumer.unassign(partitions);
    });
    if (lost.length > 0) log.info(`Gave up ${describe(lost)}.`);
  }
}

/** All that librdkafka had said when it took our answer: what another thread says comes with the next turn of the event loop. */
async function allHeard(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function remade(topic: string): ClientError {
  return new ClientError(
    'TOPIC_RECREATED',
    `${topic} was deleted and made again while it was read, and nothing of the new one was saved. Start again to read it; where alerts are saved as files, move those of the old one away first, or give another --output-dir.`,
  );
}

/** `ztf/0, ztf/1 and 3 more partitions` */
function describe(partitions: readonly TopicPartition[]): string {
  const shown = partitions.slice(0, 4).map(partitionKey).join(', ');
  return partitions.length > 4 ? `${shown} and ${partitions.length - 4} more partitions` : shown;
}
