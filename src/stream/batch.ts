import { partitionKey, type PartitionProgress } from '../commit/partition-progress.ts';
import { ClientError } from '../errors.ts';
import type { DecodeError } from '../worker/decode/error.ts';
import type { AlertOrigin } from '../worker/message.ts';
import type { HandedOut } from './acknowledgements.ts';

/**
 * One alert of a stream.
 *
 * @typeParam A the type of the alert.
 */
export interface StreamedAlert<A extends object = Record<string, unknown>> extends AlertOrigin {
  /** The alert as its file would show it; 64-bit integers are `bigint`, bytes base64. */
  readonly alert: A;
}

/** Offsets of one partition, from `first` to before `next`. */
export interface OffsetRange {
  /** Kafka's name of the topic. */
  readonly topic: string;
  /** Of the topic, from 0. */
  readonly partition: number;
  /** Of the first message. */
  readonly first: number;
  /** Where reading goes on behind them; what Kafka calls the offset to commit. */
  readonly next: number;
}

/** A message that could not be decoded and was passed, with `onError: 'skip'`. */
export interface SkippedMessage {
  /** Kafka's name of the topic. */
  readonly topic: string;
  /** Of the topic, from 0. */
  readonly partition: number;
  /** Of the message in its partition. */
  readonly offset: number;
  /** What is wrong with it. */
  readonly error: DecodeError;
}

/**
 * Some alerts, in the order of each partition. None of its offsets is committed before it is acknowledged; and an offset only when all
 * batches below it are, so batches may be acknowledged in any order.
 *
 * @typeParam A the type of an alert.
 */
export interface AlertBatch<A extends object = Record<string, unknown>> {
  /** At least one, or else something was skipped. */
  readonly alerts: readonly StreamedAlert<A>[];
  /** Which offsets it covers, one range a partition. Messages that no alert came of count too. */
  readonly offsets: readonly OffsetRange[];
  /** Bad messages between the alerts. */
  readonly skipped: readonly SkippedMessage[];
  /** All of it is safe with you. The broker is told within a second, when the partitions are taken away, and when the stream is closed. */
  acknowledge(): void;
  /**
   * Acknowledges it, and waits until the broker has confirmed all that may be committed: this batch, if those before it in its partitions
   * are acknowledged. If one is not, nothing of this one may be committed yet; it goes along when that one is acknowledged.
   *
   * @throws {@link ClientError} PARTITION_LOST where another member has the partitions and reads these alerts again, or the stream
   * is closed; BROKER_UNREACHABLE where nothing was confirmed within 20 s.
   */
  commit(): Promise<void>;
}

/** What a batch does when its owner says so. */
export interface BatchOwner {
  readonly acknowledge: (handedOut: readonly HandedOut[]) => void;
  readonly commit: (partitions: readonly PartitionProgress[]) => Promise<void>;
}

/** A batch in the caller's hands. */
export class HandedBatch<A extends object> implements AlertBatch<A> {
  readonly alerts: readonly StreamedAlert<A>[];
  readonly offsets: readonly OffsetRange[];
  readonly skipped: readonly SkippedMessage[];
  readonly #handedOut: readonly HandedOut[];
  readonly #owner: BatchOwner;

  constructor(
    { alerts, offsets, skipped }: Pick<AlertBatch<A>, 'alerts' | 'offsets' | 'skipped'>,
    handedOut: readonly HandedOut[],
    owner: BatchOwner,
  ) {
    this.alerts = alerts;
    this.offsets = offsets;
    this.skipped = skipped;
    this.#handedOut = handedOut;
    this.#owner = owner;
  }

  acknowledge(): void {
    this.#owner.acknowledge(this.#handedOut);
  }

  async commit(): Promise<void> {
    this.acknowledge();
    await this.#owner.commit(this.#handedOut.map(({ at }) => at));
  }
}

/** A commit that could not be made, because the partitions are no longer ours. */
export function partitionLost(partitions: readonly PartitionProgress[], isClosed: boolean): ClientError {
  const which = partitions.map(partitionKey).join(', ');
  return new ClientError(
    'PARTITION_LOST',
    isClosed
      ? `Nothing of ${which} can be committed: the stream is closed. What was not committed comes again.`
      : `Nothing more of ${which} can be committed: it was given to another member, which reads again from what was committed before.`,
  );
}
