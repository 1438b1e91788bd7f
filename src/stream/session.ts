import { Reader } from '../batch/read.ts';
import { type Beginning, findBeginning } from '../beginning.ts';
import { Assignment } from '../broker/assignment.ts';
import { connect } from '../broker/connect.ts';
import type { AlertConsumer, TopicPartition } from '../broker/consumer.ts';
import { gapText, type StartPosition, startPositions } from '../broker/start-position.ts';
import { TroubleWatch } from '../broker/trouble.ts';
import { Committer } from '../commit/committer.ts';
import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';
import { commitsOf, groupInUse } from '../commits.ts';
import type { Config } from '../config.ts';
import { ClientError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { SecondLook } from '../second-look.ts';
import { MessageQueue, type QueuedMessage } from './message-queue.ts';

/** What a {@link Session} needs from the stream around it. */
export interface SessionOptions {
  readonly config: Config;
  readonly log: Log;
  /** Something came, or came to its end. */
  readonly onChange: () => void;
  readonly fail: (error: ClientError) => void;
  /** The offset behind what is held of a partition already; null: nothing is. */
  readonly position: (at: TopicPartition) => Promise<number | null>;
  /** Partitions are taken away: the last moment to commit what is theirs. */
  readonly surrender: (session: Session, partitions: readonly PartitionProgress[]) => Promise<void>;
}

/** A stream's connection: reads into the queue, answers the group's rebalances, commits. */
export class Session {
  readonly #queue = new MessageQueue();
  readonly #options: SessionOptions;
  readonly #consumer: AlertConsumer;
  readonly #beginning: Beginning;
  readonly #assignment: Assignment;
  readonly #reader: Reader;
  readonly #committer: Committer;
  #reading: Promise<void> = Promise.resolve();

  /** @returns null when it was stopped before. @throws ClientError */
  static async open(options: SessionOptions, stop: AbortSignal): Promise<Session | null> {
    const { config, log } = options;
    const connected = await connect(config, log, stop);
    if (connected === null) return null;
    const { consumer, catalogue } = connected;
    try {
      const session = new Session(options, consumer, await findBeginning(config, consumer, catalogue, log));
      session.#start();
      return session;
    } catch (error) {
      await consumer.disconnect();
      throw error;
    }
  }

  private constructor(options: SessionOptions, consumer: AlertConsumer, beginning: Beginning) {
    this.#options = options;
    this.#consumer = consumer;
    this.#beginning = beginning;
    const { config, log, onChange, fail, surrender } = options;
    const trouble = new TroubleWatch(log, fail);
    consumer.onTrouble = (text, code) => {
      trouble.heard(text, code);
    };
    const assignment: Assignment = new Assignment({
      ...{ consumer, log },
      startPositions: (partitions) => this.#startPositions(partitions),
      drain: (partitions) => surrender(this, partitions),
      betweenReads: (action) => reader.betweenReads(action),
      onAssigned: (gained) => {
        reader.partitionsAdded(gained);
        onChange();
      },
    });
    this.#assignment = assignment;
    const reader: Reader = new Reader({
      ...{ consumer, log },
      read: config.read,
      oneByOne: () => secondLook.underWay,
      bytesInFlight: () => this.#queue.bytes,
      active: () => assignment.active(),
      onMessages: (at, messages) => {
        trouble.allWell();
        const progress = this.#readable(at);
        if (progress === null) return;
        const end = beginning.end?.endOf(progress, messages) ?? Number.POSITIVE_INFINITY;
        const first = messages.find(({ offset }) => offset >= progress.watermark.position && offset < end);
        if (first !== undefined && !secondLook.believes(progress, first.offset)) return;
        this.#queue.add(progress, messages, end);
        const isEnd = messages.some(({ offset }) => offset >= end);
        if (isEnd && secondLook.believes(progress, end)) progress.watermark.advanceTo(end);
        onChange();
      },
      onEnd: (end) => {
        const progress = this.#readable(end);
        if (progress === null) return;
        const mark = beginning.end?.endOf(progress) ?? null;
        // Past the mark, messages were left out; nothing may be said about the offsets between.
        if (mark !== null && progress.watermark.position >= mark) return;
        if (secondLook.believes(progress, end.offset)) progress.watermark.advanceTo(end.offset);
        onChange();
      },
      onBrokerError: ({ code, message }) => {
        if (!secondLook.heard(code)) trouble.heard(message, code);
      },
      onFailure: fail,
    });
    this.#reader = reader;
    const secondLook = new SecondLook({ log, consumer, assignment, reader });
    this.#committer = new Committer({
      ...{ consumer, log },
      // The alerts are the caller's; there are no files.
      journal: null,
      durability: { fileSync: 'none', description: 'the caller’s', sync: () => Promise.resolve() },
      partitions: assignment.partitions,
      commits: commitsOf(config),
      onRefused: () => {
        if (beginning.byHand !== null) fail(groupInUse(config.broker.group));
      },
      closeSegments: null,
      onSyncFailed: () => undefined,
      telemetry: null,
    });
  }

  /** The next message that was read; null: there is none for now. */
  take(): QueuedMessage | null {
    return this.#queue.take((at) => this.owns(at));
  }

  /** The partitions that are being read. */
  active(): PartitionProgress[] {
    return this.#assignment.active();
  }

  /** Whether the partition is still as it was when this was given out. */
  owns(at: PartitionProgress): boolean {
    return this.#assignment.get(at) === at;
  }

  /** Whether all up to the end that was asked for is read and handed out. */
  async isEndReached(): Promise<boolean> {
    const { end, byHand } = this.#beginning;
    // Partitions that we take ourselves are ours alone; until we have them, what the group has committed says nothing.
    if (end === null || (byHand !== null && !this.#assignment.isAnswered)) return false;
    try {
      return await end.isReached(this.#consumer, this.#assignment.partitions);
    } catch (error) {
      this.#options.log.debug(`Whether the end is reached could not be asked: ${messageOf(error)}.`);
      return false;
    }
  }

  /** Commits what may be committed of these partitions. */
  commit(
    partitions: readonly PartitionProgress[],
    timeoutMs: number,
  ): Promise<'confirmed' | 'late' | 'lost'> {
    return this.#committer.confirm(partitions, performance.now() + timeoutMs);
  }

  /** Leaves the group. */
  async close(): Promise<void> {
    this.#assignment.close();
    this.#committer.close();
    this.#assignment.release();
    this.#reader.stop();
    await this.#reading;
    await this.#consumer.disconnect();
  }

  #start(): void {
    const { byHand } = this.#beginning;
    if (byHand === null) this.#consumer.subscribe(this.#options.config.topics.kafkaNames);
    else this.#assignment.takeByHand(byHand);
    this.#reading = this.#reader.run();
  }

  #readable(at: TopicPartition): PartitionProgress | null {
    const progress = this.#assignment.get(at);
    return progress === undefined || progress.leaving || progress.doubt === 'looking' ? null : progress;
  }

  async #startPositions(partitions: readonly TopicPartition[]): Promise<readonly StartPosition[]> {
    const { config, log, fail, position } = this.#options;
    const { isNew, given } = this.#beginning;
    try {
      const held = new Map<string, number | null>();
      for (const at of partitions) held.set(partitionKey(at), await position(at));
      const { startAt } = config.broker;
      const { positions, gaps } = await startPositions(this.#consumer, partitions, {
        ...{ startAt, isNew },
        given: (at) => given.of(at),
        publishedEnd: (at) => held.get(partitionKey(at)) ?? null,
      });
      for (const at of partitions) given.taken(at);
      for (const gap of gaps) {
        log.error({ ...gap }, gapText(gap));
        if (config.errors.onGap === 'stop') fail(new ClientError('OFFSET_GAP', gapText(gap)));
      }
      // Nothing is committed before the caller says so, not even where it begins.
      return positions.map((at) => ({ ...at, committed: at.offset }));
    } catch (error) {
      // A broker that does not answer is asked again.
      if (!(error instanceof ClientError)) throw error;
      fail(error);
      return [];
    }
  }
}
