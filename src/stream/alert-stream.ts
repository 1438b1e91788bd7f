import type { PartitionProgress } from '../commit/partition-progress.ts';
import { ClientError } from '../errors.ts';
import { createLog } from '../log.ts';
import type { HandedOut } from './acknowledgements.ts';
import { AlertReader, type ReadMessage } from './alert-reader.ts';
import { type AlertBatch, type BatchOwner, HandedBatch, type StreamedAlert } from './batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import { Ledger } from './ledger.ts';
import { passOn, type QueuedMessage } from './message-queue.ts';
import { type AlertStreamOptions, readStreamOptions, type StreamSettings } from './options.ts';
import type { Session } from './session.ts';
import { type Sink, SinkPipe } from './sink.ts';
import { Source } from './source.ts';

/**
 * A stream of alerts for programs. Iterate over {@link batches}, or over single alerts:
 *
 * ```ts
 * await using stream = new AlertStream({ topics: ['extragalactic_staging'], group: 'my-notebook' });
 * for await (const batch of stream.batches()) {
 *   for (const { alert, topic, offset } of batch.alerts) console.log(topic, offset, alert);
 *   await batch.commit();
 * }
 * ```
 *
 * Nothing is committed before you say so. Reading goes on while you work, up to `maxInFlightBytes` ahead of you. It decodes on the
 * calling thread; for full-rate streams the command with its worker threads is made.
 *
 * @typeParam A the type of an alert, such as {@link ZtfAlert}. It is believed, not checked.
 */
export class AlertStream<A extends object = Record<string, unknown>>
  implements AsyncIterable<StreamedAlert<A>>, AsyncDisposable
{
  readonly #settings: StreamSettings<A>;
  readonly #reader: AlertReader<A>;
  readonly #ledger: Ledger;
  readonly #source: Source;
  /** What single alerts of a partition wait for {@link commit}. */
  readonly #uncommitted = new Map<PartitionProgress, HandedOut>();

  /** @throws {@link ClientError} CONFIG when the options do not fit together. */
  constructor(options: AlertStreamOptions<A>) {
    this.#settings = readStreamOptions(options);
    const { config } = this.#settings;
    const log = createLog({ level: 'warn', format: 'json' });
    this.#ledger = new Ledger(log);
    const source = new Source(config, log, this.#ledger);
    this.#source = source;
    this.#reader = new AlertReader(this.#settings, log, source.stopped);
    const stop = (): void => {
      source.stop();
    };
    // Whose signal it is may outlive many streams.
    options.signal?.addEventListener('abort', stop, { once: true, signal: source.stopped });
    if (options.signal?.aborted === true) stop();
  }

  /**
   * Single alerts, in the order of each partition; {@link commit} commits them. The first step connects.
   *
   * @throws {@link ClientError} what ends the stream: BAD_MESSAGE, a broker that refuses, OFFSET_GAP, ….
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<StreamedAlert<A>, void> {
    try {
      const session = await this.#source.enter();
      if (session === null) return;
      for (;;) {
        const queued = await this.#source.next(session);
        if (queued === null) return;
        const { at, message } = queued;
        const { alerts } = await this.#read(queued);
        if (alerts.length === 0) passOn(queued);
        for (const alert of alerts) {
          if (!this.#uncommitted.has(at))
            this.#uncommitted.set(at, this.#ledger.acknowledgements.open(at, message.offset));
          // With its last alert the message is in the caller's hands.
          if (alert === alerts.at(-1)) passOn(queued);
          this.#ledger.inHand([at]);
          yield alert;
        }
      }
    } finally {
      await this.#source.leave();
    }
  }

  /**
   * Alerts in batches: of what was read while you were at work on the last one, up to `batchSize` messages, and at least one alert.
   * To come back for the next batch is not to acknowledge the last.
   *
   * @throws {@link ClientError} what ends the stream: BAD_MESSAGE, a broker that refuses, OFFSET_GAP, ….
   */
  async *batches(): AsyncGenerator<AlertBatch<A>, void> {
    try {
      const session = await this.#source.enter();
      if (session === null) return;
      const owner: BatchOwner = {
        acknowledge: (handedOut) => {
          this.#ledger.acknowledge(session, handedOut);
        },
        commit: (partitions) => this.#ledger.commit(session, partitions),
      };
      for (;;) {
        const builder = await this.#gather(session);
        if (builder === null) return;
        const { handedOut, isEmpty } = builder;
        if (isEmpty) {
          for (const each of handedOut) this.#ledger.acknowledgements.close(each);
          continue;
        }
        this.#ledger.inHand(handedOut.map(({ at }) => at));
        yield new HandedBatch(builder.build(), handedOut, owner);
      }
    } finally {
      await this.#source.leave();
    }
  }

  /**
   * Commits every single alert that was handed out so far, including the one at hand. Batches are acknowledged by themselves.
   *
   * @throws {@link ClientError} PARTITION_LOST, or BROKER_UNREACHABLE where nothing was confirmed within 20 s.
   */
  async commit(): Promise<void> {
    const { session } = this.#source;
    if (session === null) return;
    const partitions = session.active();
    this.#ledger.acknowledge(session, [...this.#uncommitted.values()]);
    this.#uncommitted.clear();
    await this.#ledger.commit(session, partitions);
  }

  /**
   * Brings all batches to a sink until the end of the stream, and closes both. {@link Sink} says when offsets are committed.
   *
   * @throws {@link ClientError} OUTPUT when the sink throws; else what ends the stream.
   */
  async pipeTo(sink: Sink<A>): Promise<void> {
    if (this.#source.isOpened)
      throw new ClientError('USAGE', 'pipeTo comes too late: alerts were read from this stream already.');
    const pipe = new SinkPipe(sink, (error) => {
      this.#source.fail(error);
    });
    this.#source.position = (at) => pipe.position(at);
    this.#ledger.pipeInto(() => pipe.flush());
    // So that what ends the reading does not close the stream before the last flush.
    this.#source.hold();
    try {
      for await (const batch of this.batches()) await pipe.write(batch);
    } finally {
      await pipe
        .flush()
        .finally(() => this.close())
        .finally(() => pipe.close());
    }
  }

  /** Commits what was acknowledged, and leaves the group. The rest comes again. */
  close(): Promise<void> {
    return this.#source.close();
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What is there for a batch; null at the end. @throws ClientError */
  async #gather(session: Session): Promise<BatchBuilder<A> | null> {
    const { batchSize } = this.#settings.config.read;
    const builder = new BatchBuilder<A>(this.#ledger.acknowledgements);
    let queued = await this.#source.next(session);
    if (queued === null) return null;
    while (queued !== null) {
      try {
        builder.add(queued, await this.#read(queued));
      } catch (error) {
        // What came before it is handed out first.
        if (builder.isEmpty) throw error;
        return builder;
      }
      queued = builder.messages < batchSize ? session.take() : null;
    }
    return builder;
  }

  /** @throws ClientError, and the stream has failed for good */
  async #read(queued: QueuedMessage): Promise<ReadMessage<A>> {
    try {
      return await this.#reader.read(queued);
    } catch (error) {
      if (error instanceof ClientError) this.#source.fail(error);
      throw error;
    }
  }
}
