import { askEnd } from '../ask-end.ts';
import { Intake } from '../batch/intake.ts';
import { Reader } from '../batch/read.ts';
import { type Beginning, findBeginning } from '../beginning.ts';
import { Assignment } from '../broker/assignment.ts';
import { connect } from '../broker/connect.ts';
import type { AlertConsumer, TopicPartition } from '../broker/consumer.ts';
import { TroubleWatch } from '../broker/trouble.ts';
import { Committer } from '../commit/committer.ts';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import { commitsOf, groupInUse } from '../commits.ts';
import type { Config } from '../config.ts';
import type { ClientError } from '../errors.ts';
import { Gaps } from '../gaps.ts';
import type { Log } from '../log.ts';
import { SecondLook } from '../second-look.ts';
import { cutTopic, setBackText } from '../set-back.ts';
import { Start } from '../start.ts';
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
  readonly #gaps: Gaps;
  readonly #intake: Intake;
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
      const isOver = (): boolean => stop.aborted;
      const beginning = await findBeginning(config, consumer, catalogue, log, isOver);
      if (beginning === null) {
        await consumer.disconnect();
        return null;
      }
      const session = new Session(options, consumer, beginning);
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
    const { config, log, onChange, fail, position, surrender } = options;
    const trouble = new TroubleWatch(log, fail);
    consumer.onTrouble = (text, code) => {
      trouble.heard(text, code);
    };
    const gaps = new Gaps({ ...{ config, log, consumer, fail }, segments: null, onLost: () => undefined });
    this.#gaps = gaps;
    const start = new Start({
      ...{ config, log, consumer, gaps, fail },
      // The alerts are the caller's; there are no files.
      ...{ segments: null, journal: null },
      saved: async (at) => {
        const next = await position(at);
        return next === null ? null : { next, lastMessage: null };
      },
      savedOtherwise: () => Promise.resolve(null),
      kept: null,
      isNew: beginning.isNew,
      given: () => beginning.given,
      endOf: () => null,
      readsAgain: () => undefined,
    });
    const assignment: Assignment = new Assignment({
      ...{ consumer, log, fail },
      // Nothing is committed before the caller says so, not even where it begins.
      startPositions: async (partitions) =>
        (await start.positions(partitions)).map((at) => ({ ...at, committed: at.offset })),
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
        this.#intake.take(at, messages);
      },
      onEnd: (end) => {
        this.#intake.takeEnd(end);
      },
      onBrokerError: ({ code, message }) => {
        if (!secondLook.heard(code)) trouble.heard(message, code);
      },
      onFailure: fail,
    });
    this.#reader = reader;
    const secondLook = new SecondLook({ log, consumer, assignment, reader });
    this.#intake = new Intake({
      progressOf: (at) => assignment.get(at),
      endOf: (at, messages) => beginning.end?.endOf(at, messages) ?? null,
      submit: (at, messages) => {
        this.#queue.add(at, messages);
        onChange();
      },
      onPassed: (at, ranges) => {
        gaps.passed(at, ranges);
        void gaps.looked().then(onChange);
      },
      believes: (at, next) => secondLook.believes(at, next),
      // No message is known that was saved before.
      onOtherTopic: () => undefined,
      onCut: (at) => {
        fail(cutTopic(at));
      },
      onSetBack: (at, offset) => {
        log.warn(setBackText(at, offset));
      },
      onMoved: onChange,
    });
    this.#committer = new Committer({
      ...{ consumer, log },
      journal: null,
      durability: { fileSync: 'none', description: 'the caller’s', sync: () => Promise.resolve() },
      partitions: assignment.partitions,
      commits: commitsOf(config),
      onConfirmed: (at) => {
        beginning.given.usedUp(at);
      },
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
    // What comes behind a gap is not for who wants to stop at it.
    if (this.#gaps.isLooking && this.#options.config.errors.onGap === 'stop') return null;
    // What comes of a partition that is asked for could be in hand when it is gone, and comes to the next owner too.
    return this.#queue.take((at) => this.owns(at) && !at.leaving);
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
  isEndReached(): Promise<boolean> {
    const beginning = this.#beginning;
    const assignment = this.#assignment;
    const around = { beginning, assignment, gaps: this.#gaps, log: this.#options.log };
    return askEnd(around, (end) => end.isReached(this.#consumer, assignment.partitions));
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
    this.#intake.close();
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
}
