import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from '../errors.ts';
import { Producer } from './kafka.ts';
import type { Properties } from './properties.ts';

const CONNECT_TIMEOUT_MS = 15_000;
const FULL_QUEUE_WAIT_MS = 10;
/** For a broker that is there it is enough. */
const LAST_WAIT_MS = 3_000;
const ERR_QUEUE_FULL = -184;
/** Reports of delivery come without a code. */
const TOO_LARGE = /size too large/i;

/** A message to be sent. */
export interface MessageToSend {
  readonly topic: string;
  /** null: the broker's choice. */
  readonly partition: number | null;
  /** null: a tombstone. */
  readonly value: Buffer | null;
  readonly key?: Buffer;
  readonly timestampMs?: number;
  readonly headers?: readonly { readonly key: string; readonly value: string }[];
}

/** Sends messages and knows of each that it arrived. */
export class AlertProducer {
  readonly #producer: InstanceType<typeof Producer>;
  #sent = 0;
  #arrived = 0;
  #failure: ClientError | null = null;

  private constructor(producer: InstanceType<typeof Producer>) {
    this.#producer = producer;
    producer.setPollInterval(20);
    producer.on('delivery-report', (error, report) => {
      this.#arrived += 1;
      if ((error as unknown) !== null) this.#failure ??= notArrived(report.topic, error);
    });
  }

  /** @throws ClientError when no broker is reached. */
  static connect(properties: Properties): Promise<AlertProducer> {
    const producer = new Producer({ dr_cb: true, 'linger.ms': 5, ...properties });
    return new Promise((resolve, reject) => {
      producer.connect({ timeout: CONNECT_TIMEOUT_MS }, (error) => {
        if (error as unknown)
          reject(new ClientError('BROKER_UNREACHABLE', `No broker can be reached: ${error.message}.`));
        else resolve(new AlertProducer(producer));
      });
    });
  }

  /** How many messages the broker has confirmed. */
  get arrived(): number {
    return this.#arrived;
  }

  /**
   * Hands a message over; waits where the queue is full.
   *
   * @returns false: the stop came before there was room for it.
   * @throws ClientError when it, or an earlier one, cannot arrive.
   */
  async send(
    { topic, partition, value, key, timestampMs, headers = [] }: MessageToSend,
    stop?: AbortSignal,
  ): Promise<boolean> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      try {
        const named = headers.map((header) => ({ [header.key]: header.value }));
        this.#producer.produce(
          topic,
          partition,
          value,
          key ?? null,
          timestampMs ?? Date.now(),
          undefined,
          named,
        );
        this.#sent += 1;
        return true;
      } catch (error) {
        if ((error as { code?: number }).code !== ERR_QUEUE_FULL) throw notArrived(topic, error as Error);
        if (stop?.aborted === true) return false;
        await sleep(FULL_QUEUE_WAIT_MS);
      }
    }
  }

  /** Waits until all that was sent has arrived, after a stop no longer than a broker that answers needs. @throws ClientError */
  async flush(stop?: AbortSignal): Promise<void> {
    let leftMs = LAST_WAIT_MS;
    while (this.#arrived < this.#sent && this.#failure === null && leftMs > 0) {
      await sleep(FULL_QUEUE_WAIT_MS);
      if (stop?.aborted === true) leftMs -= FULL_QUEUE_WAIT_MS;
    }
    if (this.#failure !== null) throw this.#failure;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#producer.disconnect(() => {
        resolve();
      });
    });
  }
}

function notArrived(topic: string, { message }: Pick<Error, 'message'>): ClientError {
  const cure = TOO_LARGE.test(message)
    ? '; raise max.message.bytes of the topic, or message.max.bytes of its broker, and of the client where -X sets it'
    : '';
  return new ClientError('SEND', `A message for ${topic} did not arrive: ${message}${cure}.`);
}
