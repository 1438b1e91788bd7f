import type { MessageToPack } from '../batch/batch.ts';
import { wholeName } from '../topic-pattern.ts';
import { KafkaConsumer } from './kafka.ts';
import { isPattern } from './topics.ts';

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition and a place in it. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** A message as the broker delivered it. */
export interface ConsumedMessage extends MessageToPack, TopicPartition {}

/** Places that librdkafka knows by name, not by number. */
export const logicalOffset = { BEGINNING: -2, END: -1, NONE: -1001 } as const;

/** What happened to the assignment. */
export interface Rebalance {
  readonly kind: 'assign' | 'revoke';
  readonly partitions: readonly TopicPartition[];
  /** librdkafka's error code where it was neither: the group broke; everything is lost. */
  readonly errorCode: number;
}

/** An error of librdkafka: a number and a text. */
export interface BrokerError {
  readonly code: number;
  readonly message: string;
}

/** librdkafka numbers its errors; those of the system and of the client itself are named. */
export function isBrokerError(error: unknown): error is BrokerError {
  return typeof (error as Partial<BrokerError> | null | undefined)?.code === 'number';
}

/** Names and partition counts of the topics that this client may see. */
export type TopicCatalogue = ReadonlyMap<string, number>;

const ERR_ASSIGN_PARTITIONS = -175;
const ERR_REVOKE_PARTITIONS = -174;
const ERR_UNKNOWN = -1;
const METADATA_TIMEOUT_MS = 10_000;

/**
 * Start positions are resolved by us; this is only what librdkafka does when an offset expires in mid-stream, and it is noticed. Among the
 * properties of the whole client it would be lost: node-rdkafka puts what is given for topics in the place of all of these.
 */
const ofTopics = { 'auto.offset.reset': 'earliest' } as const;

/**
 * It is told by nothing else that a topic is another one now, or an assignment taken back. Of debugging's many lines these come with changes
 * only, some a second at full rate.
 */
const DEBUG = 'topic,consumer';
const CHANGED_ID = /Topic (\S+) changed id from (\S+) to (\S+)$/;
/** Of brokers that know no ids yet. */
const NO_ID = 'A'.repeat(22);

/** It joins the group anew, without a revoke and without waiting for the answer: a topic was seen to change, or nobody polled. */
const TAKEN_BACK = /initiating rebalance \(EAGER\) in state \S+ \(join-state wait-assign-call\)/;

/** librdkafka makes no client of its settings; nobody was asked. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * librdkafka's consumer with promises and with types of our own. Rebalances, ends of partitions and commit results
 * happen only inside {@link consume}; they are handed to the callbacks below, in order.
 */
export class AlertConsumer {
  onRebalance: (rebalance: Rebalance) => void = () => undefined;
  onPartitionEnd: (end: PartitionOffset) => void = () => undefined;
  onCommit: (error: BrokerError | null, offsets: readonly PartitionOffset[]) => void = () => undefined;
  /** The topic was deleted and made again: by the broker's id it is another one than before. */
  onRemade: (topic: string) => void = () => undefined;
  /** The assignment that is not answered yet no longer holds. It comes before the next one does, but perhaps before the one that it is about. */
  onTakenBack: () => void = () => undefined;
  /** Texts of librdkafka about its connections. */
  onTrouble: (text: string, code: number) => void = () => undefined;
  /** librdkafka's statistics as JSON; they come where `statistics.interval.ms` is set. */
  onStatistics: (json: string) => void = () => undefined;
  readonly #client: KafkaConsumer;
  readonly #newProtocol: boolean;
  /** Settles with the attempt to connect. */
  #connecting: Promise<unknown> = Promise.resolve();

  constructor(properties: Readonly<Record<string, string | number | boolean>>) {
    this.#newProtocol = properties['group.protocol'] === 'consumer';
    const client = new KafkaConsumer(
      {
        ...properties,
        debug: [properties['debug'] ?? [], DEBUG].flat().join(','),
        rebalance_cb: (error: BrokerError | undefined, partitions: TopicPartition[]) => {
          const code = error?.code ?? 0;
          const kind = code === ERR_ASSIGN_PARTITIONS ? 'assign' : 'revoke';
          const errorCode = code === ERR_REVOKE_PARTITIONS || kind === 'assign' ? 0 : code;
          this.onRebalance({ kind, partitions, errorCode });
        },
        offset_commit_cb: (error: BrokerError | undefined, offsets: Partial<PartitionOffset>[]) => {
          // All assigned partitions are listed; those that had nothing to commit come without an offset.
          this.onCommit(error ?? null, offsets.filter(hasOffset));
        },
      },
      ofTopics,
    );
    // `event.error` tells only that something is wrong; what it is stands in the log lines.
    client.on('event.log', (event: unknown) => {
      const { fac, message, severity } = event as { fac: string; message: string; severity: number };
      if (severity <= 4) this.onTrouble(`${fac}: ${message}`, 0);
      const remade = remadeTopic(message);
      if (remade !== null) this.onRemade(remade);
      if (TAKEN_BACK.test(message)) this.onTakenBack();
    });
    client.on('event.error', (error) => {
      this.onTrouble(error.message, error.code);
    });
    client.on('event.stats', ({ message }: { message: string }) => {
      this.onStatistics(message);
    });
    client.on('partition.eof', (end) => {
      this.onPartitionEnd(end);
    });
    this.#client = client;
  }

  /** Connects and asks for all topics. @throws BrokerError after `timeoutMs`; SettingsError at once. */
  connect(timeoutMs: number): Promise<TopicCatalogue> {
    const connected = new Promise<TopicCatalogue>((resolve, reject) => {
      let isMade = false;
      // It comes where brokers were asked, and did not answer as they should.
      this.#client.once('connection.failure', () => {
        isMade = true;
      });
      this.#client.connect({ allTopics: true, timeout: timeoutMs }, (error, metadata) => {
        if (error as BrokerError | null) reject(isMade ? asError(error) : new SettingsError(error.message));
        else resolve(catalogue(metadata));
      });
    });
    this.#connecting = connected.catch(() => null);
    return connected;
  }

  /** Asks for all topics. @throws BrokerError */
  topics(): Promise<TopicCatalogue> {
    return new Promise((resolve, reject) => {
      this.#client.getMetadata({ allTopics: true, timeout: METADATA_TIMEOUT_MS }, (error, metadata) => {
        if (error as BrokerError | null) reject(asError(error));
        else resolve(catalogue(metadata));
      });
    });
  }

  subscribe(topics: readonly string[]): void {
    // With the new protocol the broker matches patterns.
    const named = (topic: string): string =>
      this.#newProtocol && isPattern(topic) ? wholeName(topic) : topic;
    this.#client.subscribe(topics.map(named));
  }

  /**
   * Up to `count` messages: as soon as they are there, or `timeoutMs` after the last one came.
   *
   * @throws BrokerError
   */
  consume(count: number, timeoutMs: number): Promise<ConsumedMessage[]> {
    this.#client.setDefaultConsumeTimeout(timeoutMs);
    return new Promise((resolve, reject) => {
      this.#client.consume(count, (error, messages) => {
        if (error as BrokerError | null) reject(asError(error));
        else resolve(messages.map(asConsumed));
      });
    });
  }

  /** Whether partitions come and go one by one (cooperative) or all at once (eager). */
  get cooperative(): boolean {
    // With the new protocol always; but when it leaves, librdkafka no longer says so.
    return this.#newProtocol || this.#client.rebalanceProtocol() === 'COOPERATIVE';
  }

  assign(partitions: readonly PartitionOffset[]): void {
    if (this.cooperative) this.#client.incrementalAssign([...partitions]);
    else this.#client.assign([...partitions]);
  }

  unassign(partitions: readonly TopicPartition[]): void {
    if (this.cooperative) this.#client.incrementalUnassign([...partitions]);
    else this.#client.unassign();
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#client.pause([...partitions]);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#client.resume([...partitions]);
  }

  /** @throws BrokerError */
  seek(place: PartitionOffset): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.seek(place, METADATA_TIMEOUT_MS, (error) => {
        if (error as BrokerError | undefined) reject(asError(error));
        else resolve();
      });
    });
  }

  /** The group's committed offsets; {@link logicalOffset.NONE} where there is none. @throws BrokerError */
  committed(partitions: readonly TopicPartition[]): Promise<PartitionOffset[]> {
    if (partitions.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#client.committed([...partitions], METADATA_TIMEOUT_MS, (error, offsets) => {
        const failure = (error as BrokerError | null) ?? failureIn(offsets);
        if (failure !== null) reject(asError(failure));
        // A partition without a commit comes without an offset.
        else
          resolve(
            offsets.map((at) => ({ ...at, offset: (at.offset as number | undefined) ?? logicalOffset.NONE })),
          );
      });
    });
  }

  /**
   * The first offsets whose message has this timestamp or a later one; null where there is none. Markers of transactions have
   * timestamps too. @throws BrokerError
   */
  offsetsForTime(
    partitions: readonly TopicPartition[],
    timeMs: number,
  ): Promise<(TopicPartition & { offset: number | null })[]> {
    if (partitions.length === 0) return Promise.resolve([]);
    const asked = partitions.map(({ topic, partition }) => ({ topic, partition, offset: timeMs }));
    return new Promise((resolve, reject) => {
      this.#client.offsetsForTimes(asked, METADATA_TIMEOUT_MS, (error, offsets) => {
        const failure = (error as BrokerError | null) ?? failureIn(offsets);
        if (failure !== null) reject(asError(failure));
        else
          resolve(
            offsets.map(({ topic, partition, offset }) => ({
              topic,
              partition,
              offset: ((offset as number | undefined) ?? -1) < 0 ? null : offset,
            })),
          );
      });
    });
  }

  /** First offset that is there and the one after the last. @throws BrokerError */
  watermarks({ topic, partition }: TopicPartition): Promise<{ low: number; high: number }> {
    return new Promise((resolve, reject) => {
      this.#client.queryWatermarkOffsets(topic, partition, METADATA_TIMEOUT_MS, (error, offsets) => {
        if (error as BrokerError | null) reject(asError(error));
        else resolve({ low: offsets.lowOffset, high: offsets.highOffset });
      });
    });
  }

  /** The offset behind the last message, as librdkafka has last heard of it; null: never. Asks nobody. */
  knownEnd({ topic, partition }: TopicPartition): number | null {
    try {
      const { highOffset } = this.#client.getWatermarkOffsets(topic, partition);
      return highOffset < 0 ? null : highOffset;
    } catch {
      return null;
    }
  }

  /**
   * Marks offsets for the next {@link commit}. Unlike a direct commit this is refused for a partition that is no
   * longer ours, so a late member cannot set back the new owner.
   *
   * @throws BrokerError
   */
  storeOffsets(offsets: readonly PartitionOffset[]): void {
    this.#client.offsetsStore([...offsets]);
  }

  /** Commits what is stored. The result comes through {@link onCommit}. */
  commit(): void {
    this.#client.commit();
  }

  /** Commits offsets of partitions that were taken by hand: node-rdkafka stores none without a subscription. The result comes through {@link onCommit}. */
  commitDirectly(offsets: readonly PartitionOffset[]): void {
    this.#client.commit([...offsets]);
  }

  /**
   * Disconnects, also from an attempt to connect. It waits for the end of that: node-rdkafka would find nothing to disconnect, connect nevertheless,
   * and keep the process from its end.
   */
  async disconnect(): Promise<void> {
    await this.#connecting;
    await new Promise<void>((resolve) => {
      this.#client.disconnect(() => {
        resolve();
      });
    });
  }
}

/** The topic of which a line in librdkafka's log says that its id is another one; null: it says something else. */
export function remadeTopic(line: string): string | null {
  const [, topic, before, now] = CHANGED_ID.exec(line) ?? [];
  return topic === undefined || before === NO_ID || now === NO_ID ? null : topic;
}

function hasOffset(at: Partial<PartitionOffset>): at is PartitionOffset {
  return at.offset !== undefined && at.offset >= 0;
}

/**
 * node-rdkafka puts an error, of which only the text is left, in the place of a partition that has one. Of a leader that has just changed there is one
 * also where librdkafka asked again and was told: it keeps the first answer.
 */
function failureIn(offsets: readonly unknown[]): BrokerError | null {
  const failed = offsets.find((at) => at instanceof Error);
  return failed === undefined ? null : { code: ERR_UNKNOWN, message: failed.message };
}

function asError(error: BrokerError): Error & BrokerError {
  return Object.assign(new Error(error.message), { code: error.code });
}

function catalogue(metadata: { topics: { name: string; partitions: unknown[] }[] }): TopicCatalogue {
  return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
}

function asConsumed(message: {
  topic: string;
  partition: number;
  offset: number;
  value: Uint8Array | null;
  timestamp?: number | undefined;
  key?: Uint8Array | string | null | undefined;
  headers?: Record<string, Uint8Array | string>[] | undefined;
}): ConsumedMessage {
  return {
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    timestampMs: message.timestamp ?? -1,
    key: asBytes(message.key ?? null),
    // With Node.js 20 an empty one comes as null. So it counts as one with every version.
    value: message.value?.byteLength === 0 ? null : message.value,
    headers: (message.headers ?? []).flatMap((header) =>
      Object.entries(header).map(([key, value]) => ({ key, value: asBytes(value) })),
    ),
  };
}

function asBytes(value: Uint8Array | string | null): Uint8Array | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}
