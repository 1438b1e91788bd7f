import { EventEmitter, once } from 'node:events';
import { Reader } from './batch/read.ts';
import { type Beginning, findBeginning } from './beginning.ts';
import { Assignment } from './broker/assignment.ts';
import { connect } from './broker/connect.ts';
import type { AlertConsumer, ConsumedMessage, TopicPartition } from './broker/consumer.ts';
import { SchemaRegistry } from './broker/schema-registry.ts';
import { gapText, startPositions, type StartPosition } from './broker/start-position.ts';
import { TroubleWatch } from './broker/trouble.ts';
import { Committer } from './commit/committer.ts';
import { type PartitionProgress, partitionKey } from './commit/partition-progress.ts';
import type { OpenRange } from './commit/watermark.ts';
import { type Config, resolveConfig } from './config.ts';
import { ClientError, messageOf } from './errors.ts';
import { createLog, type Log } from './log.ts';
import { SecondLook } from './second-look.ts';
import type { ReadingEnd } from './stop/until-end.ts';
import { DecodeError, SchemaNeeded } from './worker/decode/error.ts';
import type { Message, MessageHeader } from './worker/message.ts';
import { KnownSchemas } from './worker/schemas.ts';
import { Transcoder } from './worker/transcode.ts';

/** What an {@link AlertStream} reads and how. Everything else is as the command's options, and has the same defaults. */
export interface AlertStreamOptions {
  /** Names of topics; one that begins with `^` is a regular expression. */
  readonly topics: readonly string[];
  /** `host:port[,host:port…]`. Default: the ANTARES cluster. */
  readonly bootstrapServers?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly apiSecret?: string | undefined;
  readonly securityProtocol?: Config['broker']['securityProtocol'] | undefined;
  readonly saslMechanism?: Config['broker']['saslMechanism'] | undefined;
  readonly sslCaLocation?: string | undefined;
  /** Your certificate and its key, PEM files, for brokers that want one of their clients. */
  readonly sslCertificate?: string | undefined;
  readonly sslKey?: string | undefined;
  readonly sslKeyPassword?: string | undefined;
  /** With `saslMechanism: 'OAUTHBEARER'`: where tokens are given, and for whom. */
  readonly saslOauthTokenUrl?: string | undefined;
  readonly saslOauthClientId?: string | undefined;
  readonly saslOauthClientSecret?: string | undefined;
  readonly saslOauthScope?: string | undefined;
  /** Consumer group. Default: the host name. */
  readonly group?: string | undefined;
  /** `consumer` is the new protocol of Kafka 4 (KIP-848). Default: classic. */
  readonly groupProtocol?: Config['broker']['groupProtocol'] | undefined;
  /**
   * `earliest` (default) and `latest`: where to begin where the group has no committed offset; `committed`: nowhere else. Over what the
   * group has committed: `2026-11-24T03:00:00Z`, `2h-ago`, `last-500`.
   */
  readonly startAt?: string | undefined;
  /** End when every partition has reached the end that it had at the start. */
  readonly untilEnd?: boolean | undefined;
  readonly format?: Config['decode']['format'] | undefined;
  readonly schemaRegistry?: string | undefined;
  readonly schemaDir?: string | undefined;
  /** A message that cannot be decoded: `stop` throws (default), `skip` passes it. */
  readonly onError?: 'stop' | 'skip' | undefined;
  /** Most bytes read ahead. Default: 32 MB. */
  readonly maxInFlightBytes?: number | undefined;
  /** Any librdkafka properties that the client does not own. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** Ends the iteration when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** One alert of a stream. */
export interface StreamedAlert {
  /** The alert as its file would show it; 64-bit integers are `bigint`. */
  readonly alert: Record<string, unknown>;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Place in its message, from 0. */
  readonly record: number;
  /** Kafka's timestamp, or null where the broker gave none. */
  readonly timestamp: Date | null;
  readonly key: Uint8Array | null;
  readonly headers: readonly MessageHeader[];
}

const COMMIT_TIMEOUT_MS = 20_000;
const TICK_MS = 500;

/** A message that was read and not yet handed out. */
interface Queued {
  readonly message: ConsumedMessage;
  readonly at: PartitionProgress;
  readonly range: OpenRange;
}

/**
 * A stream of alerts for programs: iterate over it, and {@link commit} when what you were handed is safe with you.
 *
 * ```ts
 * await using stream = new AlertStream({ topics: ['extragalactic_staging'], group: 'my-notebook', apiKey, apiSecret });
 * for await (const { alert, topic, offset } of stream) await stream.commit();
 * ```
 *
 * It decodes on the calling thread. For full-rate streams the command with its worker threads is made.
 */
export class AlertStream implements AsyncIterable<StreamedAlert>, AsyncDisposable {
  readonly #config: Config;
  readonly #log: Log;
  readonly #skipBad: boolean;
  readonly #events = new EventEmitter();
  readonly #closing = new AbortController();
  readonly #queue: Queued[] = [];
  #handedOut: Queued | null = null;
  #bytesQueued = 0;
  #failure: ClientError | null = null;
  #running: Running | null = null;
  #closed: Promise<void> | null = null;

  /** @throws ClientError CONFIG when the options do not fit together. */
  constructor(options: AlertStreamOptions) {
    const { topics, signal, onError, properties, untilEnd, maxInFlightBytes, ...rest } = options;
    const given: Record<string, unknown> = {
      ...kebabCase(rest),
      property: Object.entries(properties ?? {}).map(([key, value]) => `${key}=${value}`),
      'until-end': untilEnd ?? false,
      'on-error': 'stop',
      ...(maxInFlightBytes === undefined ? {} : { 'max-in-flight-bytes': maxInFlightBytes }),
    };
    this.#config = resolveConfig({ commandLine: { topics, given }, environment: {}, isTerminal: false });
    this.#log = createLog({ level: 'warn', format: 'json' });
    this.#skipBad = onError === 'skip';
    signal?.addEventListener('abort', () => void this.close(), { once: true });
    if (signal?.aborted === true) void this.close();
  }

  /**
   * The alerts, in the order of each partition. The first step connects.
   *
   * @throws ClientError
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<StreamedAlert, void> {
    const running = (this.#running ??= await this.#start());
    if (running === null) return;
    try {
      for (;;) {
        const next = await this.#next(running);
        if (next === null) return;
        yield* this.#alertsOf(next, running);
      }
    } finally {
      if (this.#failure !== null) await this.close();
    }
  }

  /**
   * Commits every alert that was handed out so far, including the one at hand.
   *
   * @throws ClientError when the broker does not confirm.
   */
  async commit(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#finishHandedOut();
    const partitions = running.assignment.active();
    for (const at of partitions) at.durable = at.finished;
    if ((await running.committer.flush(partitions, performance.now() + COMMIT_TIMEOUT_MS)) !== 'confirmed') {
      throw new ClientError(
        'BROKER_UNREACHABLE',
        `The broker did not confirm the commit within ${COMMIT_TIMEOUT_MS / 1000} s.`,
      );
    }
  }

  /** Leaves the group. What was not committed comes again. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(): Promise<Running | null> {
    const { signal } = this.#closing;
    const config = this.#config;
    const connected = await connect(config, this.#log, signal);
    if (connected === null) return null;
    const { consumer, catalogue } = connected;
    const beginning = await findBeginning(config, consumer, catalogue, this.#log);
    const running = this.#assemble(consumer, beginning);
    consumer.subscribe(config.topics.kafkaNames);
    running.reading = running.reader.run();
    return running;
  }

  #assemble(consumer: AlertConsumer, beginning: Beginning): Running {
    const until = beginning.end;
    const config = this.#config;
    const log = this.#log;
    const trouble = new TroubleWatch(log, (error) => {
      this.#fail(error);
    });
    consumer.onTrouble = (text, code) => {
      trouble.heard(text, code);
    };
    const assignment: Assignment = new Assignment({
      consumer,
      log,
      startPositions: (partitions) =>
        this.#startPositions(consumer, partitions, beginning).catch((error: unknown) => {
          // A broker that does not answer is asked again.
          if (!(error instanceof ClientError)) throw error;
          this.#fail(error);
          return [];
        }),
      // What the caller has not committed is not ours to commit.
      drain: () => Promise.resolve(),
      betweenReads: (action) => reader.betweenReads(action),
      onAssigned: (gained) => {
        reader.partitionsAdded(gained);
        this.#changed();
      },
    });
    const reader: Reader = new Reader({
      consumer,
      log,
      limits: {
        maxMessages: config.read.batchSize,
        maxBytes: config.read.batchBytes,
        timeoutMs: config.read.batchTimeoutMs,
      },
      maxInFlightBytes: config.read.maxInFlightBytes,
      oneByOne: () => secondLook.underWay,
      bytesInFlight: () => this.#bytesQueued,
      active: () => assignment.active(),
      onMessages: (at, messages) => {
        trouble.allWell();
        const progress = assignment.get(at);
        if (progress === undefined || progress.doubt === 'looking') return;
        const fresh = messages.filter(({ offset }) => offset >= progress.watermark.position);
        const [first] = fresh;
        if (first === undefined || !secondLook.believes(progress, first.offset)) return;
        this.#enqueue(progress, fresh, until?.endOf(at) ?? Number.POSITIVE_INFINITY);
      },
      onEnd: (end) => {
        const progress = assignment.get(end);
        if (progress === undefined || progress.doubt === 'looking') return;
        const offset = Math.min(end.offset, until?.endOf(end) ?? end.offset);
        if (secondLook.believes(progress, offset)) progress.watermark.advanceTo(offset);
        this.#changed();
      },
      onBrokerError: ({ code, message }) => {
        if (!secondLook.heard(code)) trouble.heard(message, code);
      },
    });
    const secondLook = new SecondLook({ log, consumer, assignment, reader });
    const committer = new Committer({
      // The alerts are the caller's; there are no files.
      journal: null,
      consumer,
      durability: { fileSync: 'none', description: 'the caller’s', sync: () => Promise.resolve() },
      partitions: assignment.partitions,
      log,
      commits: 'as-member',
      onRefused: () => undefined,
      closeSegments: null,
      onSyncFailed: () => undefined,
      telemetry: null,
    });
    const schemas = new KnownSchemas();
    const transcoder = new Transcoder({
      format: config.decode.format,
      indent: 0,
      nonFinite: 'auto',
      fieldPaths: [],
      schemas,
    });
    const registry = new SchemaRegistry(config.decode, log, this.#closing.signal);
    const ticks = setInterval(() => {
      this.#changed();
    }, TICK_MS);
    return {
      consumer,
      assignment,
      reader,
      committer,
      until,
      schemas,
      transcoder,
      registry,
      ticks,
      reading: Promise.resolve(),
    };
  }

  async #startPositions(
    consumer: AlertConsumer,
    partitions: readonly TopicPartition[],
    { isNew, given }: Beginning,
  ): Promise<readonly StartPosition[]> {
    const { startAt } = this.#config.broker;
    const { positions, gaps } = await startPositions(consumer, partitions, {
      startAt,
      isNew,
      given: (at) => given.of(at),
    });
    for (const at of partitions) given.taken(at);
    for (const gap of gaps) this.#log.error({ ...gap }, gapText(gap));
    // Nothing is committed before the caller says so, not even where it begins.
    return positions.map((at) => ({ ...at, committed: at.offset }));
  }

  #enqueue(at: PartitionProgress, messages: readonly ConsumedMessage[], end: number): void {
    if (at.leaving) return;
    for (const message of messages) {
      if (message.offset >= end) {
        at.watermark.advanceTo(end);
      } else if (message.offset >= at.watermark.position) {
        const range = at.watermark.begin(message.offset, message.offset + 1);
        if (message.value === null) at.watermark.finish(range, range.next);
        else this.#queue.push({ message, at, range });
        this.#bytesQueued += message.value?.byteLength ?? 0;
      }
    }
    this.#changed();
  }

  /** The next message; null at the end. @throws ClientError */
  async #next({ assignment, consumer, until }: Running): Promise<Queued | null> {
    this.#finishHandedOut();
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#closing.signal.aborted) return null;
      const next = this.#queue.shift();
      if (next !== undefined) {
        this.#bytesQueued -= next.message.value?.byteLength ?? 0;
        // A partition that was taken away: its messages are another member's now.
        if (assignment.get(next.at) === next.at) return next;
        continue;
      }
      if ((await until?.isReached(consumer, assignment.partitions)) === true) return null;
      await once(this.#events, 'change');
    }
  }

  async *#alertsOf(queued: Queued, running: Running): AsyncGenerator<StreamedAlert, void> {
    const { topic, partition, offset, timestampMs, key, headers, value } = queued.message;
    const message: Message = {
      topic,
      partition,
      offset,
      timestampMs,
      key,
      headers,
      value: value as Uint8Array,
    };
    const place = {
      topic,
      partition,
      offset,
      key,
      headers,
      timestamp: timestampMs < 0 ? null : new Date(timestampMs),
    };
    for (;;) {
      try {
        // All of them first: a message that is torn at its end is bad as a whole.
        const alerts = [...running.transcoder.transcodeWithObjects(message)].map(({ alert, record }) => ({
          alert,
          record,
        }));
        for (const each of alerts) {
          // With its last alert the message is in the caller's hands.
          if (each === alerts.at(-1)) this.#handedOut = queued;
          yield { ...place, ...each };
        }
        if (alerts.length === 0) this.#handedOut = queued;
        return;
      } catch (error) {
        if (error instanceof SchemaNeeded) {
          await this.#learnSchema(error.schemaId, running, queued);
          continue;
        }
        if (!(error instanceof DecodeError)) throw error;
        if (!this.#skipBad) {
          throw new ClientError(
            'BAD_MESSAGE',
            `The message at ${partitionKey(queued.at)} offset ${offset} cannot be decoded: ${messageOf(error)}`,
            { cause: error },
          );
        }
        this.#handedOut = queued;
        return;
      }
    }
  }

  async #learnSchema(schemaId: number, { registry, schemas }: Running, { at }: Queued): Promise<void> {
    const answer = await registry.get(schemaId);
    if (answer.kind === 'unknown')
      throw new ClientError('CONFIG', `${partitionKey(at)} cannot be decoded: ${answer.reason}`);
    schemas.add(schemaId, answer.schemaText);
  }

  /** The caller came back for more, or commits: the message at hand was taken. */
  #finishHandedOut(): void {
    const taken = this.#handedOut;
    this.#handedOut = null;
    if (taken !== null) taken.at.watermark.finish(taken.range, taken.range.next);
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#changed();
    const running = this.#running;
    if (running === null) return;
    clearInterval(running.ticks);
    running.assignment.close();
    running.committer.close();
    running.assignment.release();
    running.reader.stop();
    await running.reading;
    await running.consumer.disconnect();
  }

  #fail(error: ClientError): void {
    this.#failure ??= error;
    this.#changed();
  }

  #changed(): void {
    this.#events.emit('change');
  }
}

/** What there is while a stream runs. */
interface Running {
  readonly consumer: AlertConsumer;
  readonly assignment: Assignment;
  readonly reader: Reader;
  readonly committer: Committer;
  readonly until: ReadingEnd | null;
  readonly schemas: KnownSchemas;
  readonly transcoder: Transcoder;
  readonly registry: SchemaRegistry;
  readonly ticks: NodeJS.Timeout;
  reading: Promise<void>;
}

function kebabCase(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    ]),
  );
}
