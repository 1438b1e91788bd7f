import type { TopicPartition } from '../broker/consumer.ts';
import { ClientError, messageOf } from '../errors.ts';
import type { AlertBatch } from './batch.ts';

/**
 * Where `stream.pipeTo(sink)` brings alerts. Its methods are never called at the same time. One that throws ends the stream, and what
 * was not acknowledged comes again.
 *
 * When offsets are committed:
 *
 * - a sink without `flush`: when `write` has returned, for then its batch is durable;
 * - a sink with `flush`: when a `flush` has returned, for all batches that were written before it began. It is called at the latest a second
 *   after a `write`, before partitions are taken away, and at the end.
 *
 * That is at least once: between what is durable and its commit the process may die. A sink that keeps `offsets` of the batch in the same
 * transaction as its alerts, and tells them by `position`, makes it exactly once.
 *
 * @typeParam A the type of an alert.
 */
export interface Sink<A extends object = Record<string, unknown>> {
  /** Takes a batch. The next one comes when it has returned; meanwhile reading goes on up to `maxInFlightBytes`. */
  write(batch: AlertBatch<A>): Promise<void> | void;
  /** Makes all that was written durable. */
  flush?(): Promise<void> | void;
  /**
   * Where what the sink holds of a partition ends: the offset behind the last one, or null where it holds nothing. Asked whenever a
   * partition is assigned; reading begins there, or where the group says if that is further.
   */
  position?(topic: string, partition: number): Promise<number | null> | number | null;
  /** Is called once, at the very end, whatever ended it. */
  close?(): Promise<void> | void;
}

const FLUSH_INTERVAL_MS = 1_000;

/** Brings batches to a sink, one call at a time, and acknowledges what is durable. */
export class SinkPipe<A extends object> {
  readonly #sink: Sink<A>;
  readonly #fail: (error: ClientError) => void;
  /** Written, and not durable yet. */
  #pending: AlertBatch<A>[] = [];
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #failed = false;

  /** @param fail is told of every error: nobody may wait for what went wrong. */
  constructor(sink: Sink<A>, fail: (error: ClientError) => void) {
    this.#sink = sink;
    this.#fail = fail;
  }

  /** @throws ClientError OUTPUT */
  write(batch: AlertBatch<A>): Promise<void> {
    return this.#inTurn('write a batch', async () => {
      await this.#sink.write(batch);
      if (this.#sink.flush === undefined) {
        batch.acknowledge();
        return;
      }
      this.#pending.push(batch);
      this.#timer ??= setTimeout(() => void this.flush().catch(() => null), FLUSH_INTERVAL_MS);
    });
  }

  /** Makes what was written durable, and acknowledges it. @throws ClientError OUTPUT */
  flush(): Promise<void> {
    return this.#inTurn('flush', async () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
      const written = this.#pending;
      if (written.length === 0 || this.#failed) return;
      this.#pending = [];
      await this.#sink.flush?.();
      for (const batch of written) batch.acknowledge();
    });
  }

  /** Where what the sink holds ends; null: it does not say. @throws ClientError OUTPUT */
  async position({ topic, partition }: TopicPartition): Promise<number | null> {
    let position: number | null = null;
    await this.#inTurn('tell a position', async () => {
      position = (await this.#sink.position?.(topic, partition)) ?? null;
    });
    return position;
  }

  /** @throws ClientError OUTPUT */
  close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    return this.#inTurn('close', () => this.#sink.close?.());
  }

  #inTurn(what: string, call: () => Promise<void> | void): Promise<void> {
    const done = this.#turn.then(call).catch((error: unknown) => {
      this.#failed = true;
      const failure = new ClientError(
        'OUTPUT',
        `The sink could not ${what}: ${messageOf(error).replace(/\.$/, '')}.`,
        { cause: error },
      );
      // Who waits for it may not be who reads, such as when partitions are taken away.
      this.#fail(failure);
      throw failure;
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
