import type { ReadConfig } from '../config/read.ts';
import type { AlertConsumer, ConsumedMessage, PartitionOffset, TopicPartition } from '../broker/consumer.ts';
import { type ClientError, internalError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { ReadSize } from './read-size.ts';

/** How long reading may stand still for lack of room before the partitions are paused. A pause throws the prefetch away, so it is a last resort. */
const PATIENCE_MS = 250;
const ROOM_CHECK_MS = 5;
/** While paused, polling goes on for the callbacks' sake. */
const PAUSED_POLL_MS = 20;

/** What the reader needs from the flow around it. */
export interface ReaderOptions {
  readonly consumer: AlertConsumer;
  readonly log: Log;
  readonly read: ReadConfig;
  readonly bytesInFlight: () => number;
  /** The partitions that are read now. */
  readonly active: () => readonly TopicPartition[];
  /** Messages of one partition, in offset order. */
  readonly onMessages: (at: TopicPartition, messages: readonly ConsumedMessage[]) => void;
  /** The partition has no more messages below this offset. Comes after its messages. */
  readonly onEnd: (end: PartitionOffset) => void;
  /** Whether messages are to be read one by one, so that no error hides behind them. */
  readonly oneByOne: () => boolean;
  /** librdkafka has answered, with messages or without; rebalances that it knew of were told before. */
  readonly onPolled?: () => void;
  /** A read brought messages, after so long. */
  readonly onRead?: (tookMs: number) => void;
  readonly onBrokerError: (error: { code: number; message: string }) => void;
  /** What was read could not be taken in, and no more of it is handed on. */
  readonly onFailure: (error: ClientError) => void;
}

/** The consume loop: reads, hands on by partition, and never stops polling. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #size: ReadSize;
  readonly #between: (() => Promise<void>)[] = [];
  readonly #ends: PartitionOffset[] = [];
  readonly #heldPartitions = new Map<string, TopicPartition>();
  #running = false;
  #stopping = false;
  #failed = false;
  #paused = false;
  #polledAtMs = -Infinity;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { batchSize, batchBytes, batchTimeoutMs } = options.read;
    this.#size = new ReadSize({ maxMessages: batchSize, maxBytes: batchBytes, timeoutMs: batchTimeoutMs });
    options.consumer.onPartitionEnd = (end) => {
      this.#ends.push(end);
    };
  }

  /** Reads until {@link stop}. */
  async run(): Promise<void> {
    this.#running = true;
    while (!this.#stopping) {
      for (const action of this.#between.splice(0)) await action();
      await this.#waitForRoom();
      try {
        await this.#readOnce();
      } catch (error) {
        // Polling goes on, or nothing that is finished could be committed any more.
        this.#failed = true;
        this.#options.onFailure(internalError(error));
      }
    }
    this.#running = false;
    for (const action of this.#between.splice(0)) await action();
  }

  /** When librdkafka last answered, with messages or without; on the clock of `performance.now()`. */
  get polledAtMs(): number {
    return this.#polledAtMs;
  }

  stop(): void {
    this.#stopping = true;
  }

  /** Runs an action while no read is under way. */
  betweenReads(action: () => void | Promise<void>): Promise<void> {
    if (!this.#running) return Promise.resolve().then(action);
    return new Promise((resolve, reject) => {
      this.#between.push(() => Promise.resolve().then(action).then(resolve, reject));
    });
  }

  /** Reads no more of one partition until {@link release}: it waits for something outside. */
  hold(at: TopicPartition): void {
    this.#heldPartitions.set(`${at.topic}/${at.partition}`, at);
    this.#tryPause([at]);
  }

  release(at: TopicPartition): void {
    if (!this.#heldPartitions.delete(`${at.topic}/${at.partition}`) || this.#paused) return;
    this.#tryResume([at]);
  }

  /** Newly assigned partitions begin as the others stand. */
  partitionsAdded(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) this.#heldPartitions.delete(`${topic}/${partition}`);
    if (this.#paused) this.#tryPause(partitions);
  }

  async #readOnce(): Promise<void> {
    const oneByOne = this.#paused || this.#options.oneByOne();
    const startMs = performance.now();
    const messages = await this.#consume(oneByOne ? 1 : this.#size.count);
    this.#polledAtMs = performance.now();
    this.#options.onPolled?.();
    if (this.#failed) return;
    if (messages !== null) {
      const bytes = this.#handOn(messages);
      const tookMs = performance.now() - startMs;
      if (messages.length > 0) this.#options.onRead?.(tookMs);
      if (!oneByOne) this.#size.learn(messages.length, bytes, tookMs);
    }
    for (const end of this.#ends.splice(0)) this.#options.onEnd(end);
  }

  /** null: an error came in place of messages. */
  async #consume(count: number): Promise<readonly ConsumedMessage[] | null> {
    const { consumer, read, onBrokerError } = this.#options;
    try {
      return await consumer.consume(count, this.#paused ? PAUSED_POLL_MS : read.batchTimeoutMs);
    } catch (error) {
      onBrokerError({ code: (error as { code?: number }).code ?? -1, message: messageOf(error) });
      return null;
    }
  }

  /** Groups messages by partition, keeping their order. Returns their bytes. */
  #handOn(messages: readonly ConsumedMessage[]): number {
    const byPartition = new Map<string, ConsumedMessage[]>();
    let bytes = 0;
    for (const message of messages) {
      bytes += message.value?.byteLength ?? 0;
      const key = `${message.topic}/${message.partition}`;
      const group = byPartition.get(key);
      if (group === undefined) byPartition.set(key, [message]);
      else group.push(message);
    }
    for (const group of byPartition.values()) {
      const [first] = group;
      if (first !== undefined) this.#options.onMessages(first, group);
    }
    return bytes;
  }

  /**
   * Back-pressure. A short wait is usually all it takes; if not, the partitions are paused until half of the bytes are
   * gone, and polling goes on.
   */
  async #waitForRoom(): Promise<void> {
    const { bytesInFlight, active } = this.#options;
    const { maxInFlightBytes } = this.#options.read;
    if (this.#paused) {
      if (bytesInFlight() > maxInFlightBytes / 2) return;
      this.#paused = false;
      this.#tryResume(active().filter((at) => !this.#heldPartitions.has(`${at.topic}/${at.partition}`)));
      return;
    }
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (bytesInFlight() >= maxInFlightBytes && !this.#stopping && this.#between.length === 0) {
      if (performance.now() > deadlineMs) {
        this.#paused = true;
        this.#tryPause(active());
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, ROOM_CHECK_MS));
    }
  }

  #tryPause(partitions: readonly TopicPartition[]): void {
    try {
      if (partitions.length > 0) this.#options.consumer.pause(partitions);
    } catch (error) {
      this.#options.log.debug(`Partitions could not be paused: ${messageOf(error)}.`);
    }
  }

  #tryResume(partitions: readonly TopicPartition[]): void {
    try {
      if (partitions.length > 0) this.#options.consumer.resume(partitions);
    } catch (error) {
      this.#options.log.debug(`Partitions could not be resumed: ${messageOf(error)}.`);
    }
  }
}
