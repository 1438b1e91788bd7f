import { ClientError, internalError, messageOf } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { AlertReader, type ReadMessage } from './alert-reader.ts';
import { type AlertBatch, type BatchOwner, HandedBatch, type StreamedAlert } from './batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import { type BegunMessage, BegunMessages } from './begun-messages.ts';
import { Ledger } from './ledger.ts';
import type { QueuedMessage } from './message-queue.ts';
import { type AlertStreamOptions, readStreamOptions, type StreamSettings } from './options.ts';
import type { Session } from './session.ts';
import { type Sink, SinkPipe } from './sink.ts';
import { Source } from './source.ts';
import { Uncommitted } from './uncommitted.ts';

/**
 * A stream of alerts for programs. Iterate over {@link batches}, or over single alerts:
 *
 * ```ts
 * const stream = new AlertStream({ topics: ['extragalactic_staging'], group: 'my-notebook', apiKey, apiSecret });
 * try {
 *   for await (const batch of stream.batches()) {
 *     for (const { alert, topic, offset } of batch.alerts) console.log(topic, offset, alert);
 *     await batch.commit();
 *   }
 * } finally {
 *   await stream.close();
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
  readonly #log: Log;
  readonly #reader: AlertReader<A>;
  readonly #ledger: Ledger;
  readonly #source: Source;
  readonly #begun = new BegunMessages<A>();
  /** Single alerts that wait for {@link commit}. */
  readonly #uncommitted: Uncommitted;

  /** @throws {@link ClientError} CONFIG when the options do not fit together. */
  constructor(options: AlertStreamOptions<A>) {
    this.#settings = readStreamOptions(options);
    const { config } = this.#settings;
    const log = createLog({ level: 'warn', format: 'json' });
    this.#log = log;
    this.#ledger = new Ledger(log);
    this.#uncommitted = new Uncommitted(this.#ledger);
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
   * Single alerts, in the order of each partition; {@link commit} commits them. The first step connects. A loop that was left goes on behind
   * its last alert when you iterate again, also inside a message of several alerts. A message is committed with its last alert.
   *
   * @throws {@link ClientError} what ends the stream: BAD_MESSAGE, a broker that refuses, OFFSET_GAP, ….
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<StreamedAlert<A>, void> {
    try {
      const session = await this.#source.enter();
      if (session === null) return;
      for (;;) {
        const begun = await this.#begin(session);
        if (begun === null) return;
        const { at, message } = begun.queued;
        // Whoever has the partition now reads the message from its beginning.
        while (session.owns(at)) {
          const alert = begun.take();
          if (alert === null) break;
          this.#uncommitted.handOut(at, message.offset);
          yield alert;
        }
      }
    } finally {
      await this.#source.leave();
    }
  }

  /**
   * Alerts in batches: of what was read while you were at work on the last one, up to `batchSize` messages. There is at least one
   * alert in it, or else, with `onError: 'skip'`, one skipped message.
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
   * Commits every single alert that was handed out so far, including the one at hand, and waits until the broker has confirmed it. A
   * message of several alerts is committed with its last. Batches are acknowledged by themselves.
   *
   * @throws {@link ClientError} PARTITION_LOST where other members have partitions of these alerts, and read them again, or the stream is
   * closed; BROKER_UNREACHABLE where nothing was confirmed within 20 s.
   */
  async commit(): Promise<void> {
    const { session } = this.#source;
    if (session !== null) await this.#uncommitted.commit(session);
  }

  /**
   * Brings all batches to a sink until the end of the stream, and closes both. {@link Sink} says when offsets are committed.
   *
   * @throws {@link ClientError} OUTPUT when the sink throws; else what ends the stream. Errors behind the first are logged.
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
    const steps = [
      async (): Promise<void> => {
        for await (const batch of this.batches()) await pipe.write(batch);
      },
      () => pipe.flush(),
      () => this.close(),
      () => pipe.close(),
    ];
    const failed: Promise<void>[] = [];
    for (const step of steps) {
      const done = step();
      await done.catch((error: unknown) => {
        // The first is mostly what the others come of.
        if (failed.length > 0) this.#log.error(messageOf(error));
        failed.push(done);
      });
    }
    await failed[0];
  }

  /** Commits what was acknowledged, and leaves the group. The rest comes again. Until then it stays connected, also behind its end. */
  close(): Promise<void> {
    return this.#source.close();
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The message whose alerts are handed out next: the rest of one that was begun comes first. null: the end. @throws ClientError */
  async #begin(session: Session): Promise<BegunMessage<A> | null> {
    if (!this.#source.comeBack()) return null;
    const left = this.#begun.first((at) => session.owns(at));
    if (left !== null) return left;
    const queued = await this.#source.next(session);
    const read = queued === null ? null : await this.#read(queued);
    return queued === null || read === null ? null : this.#begun.begin(queued, read.alerts);
  }

  /** What is there for a batch; null at the end. @throws ClientError */
  async #gather(session: Session): Promise<BatchBuilder<A> | null> {
    if (!this.#source.comeBack()) return null;
    const { batchSize } = this.#settings.config.read;
    const builder = new BatchBuilder<A>(this.#ledger.acknowledgements);
    const left = (): BegunMessage<A> | null => this.#begun.first((at) => session.owns(at));
    for (let begun = left(); begun !== null; begun = left())
      builder.add(begun.queued, { alerts: begun.takeRest(), skipped: null });
    const take = (): QueuedMessage | null => (builder.messages < batchSize ? session.take() : null);
    let queued = builder.messages === 0 ? await this.#source.next(session) : take();
    while (queued !== null) {
      try {
        const read = await this.#read(queued);
        if (read === null) return null;
        builder.add(queued, read);
      } catch (error) {
        // What came before it is handed out first.
        if (builder.isEmpty) throw error;
        return builder;
      }
      queued = take();
    }
    return builder.messages === 0 ? null : builder;
  }

  /** null: it was stopped. @throws ClientError, and the stream has failed for good: the message has left the queue. */
  async #read(queued: QueuedMessage): Promise<ReadMessage<A> | null> {
    try {
      return await this.#reader.read(queued);
    } catch (error) {
      const failure = internalError(error);
      this.#source.fail(failure);
      throw failure;
    }
  }
}
