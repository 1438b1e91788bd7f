import { AlertProducer } from '../../src/broker/producer.ts';
import type { Source } from './source.ts';

/** Sends the known sequence, in order and each message once, so that a message's number is its offset. */
export class Feed {
  readonly ends: number[];
  readonly #producer: AlertProducer;
  readonly #topic: string;
  readonly #source: Source;

  private constructor(producer: AlertProducer, topic: string, source: Source, partitions: number) {
    this.#producer = producer;
    this.#topic = topic;
    this.#source = source;
    this.ends = Array.from({ length: partitions }, () => 0);
  }

  static async start(bootstrap: string, topic: string, source: Source, partitions: number): Promise<Feed> {
    const producer = await AlertProducer.connect({
      'bootstrap.servers': bootstrap,
      'enable.idempotence': true,
      'reconnect.backoff.max.ms': 500,
      'delivery.timeout.ms': 300_000,
    });
    return new Feed(producer, topic, source, partitions);
  }

  /** So many messages more in each partition; they have arrived when this resolves. */
  async send(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      for (const partition of this.ends.keys()) {
        const offset = this.ends[partition] as number;
        const { value } = this.#source.message(partition, offset);
        await this.#producer.send({ topic: this.#topic, partition, value });
        this.ends[partition] = offset + 1;
      }
    }
    await this.#producer.flush();
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
