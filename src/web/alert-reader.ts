import { connect, type Connected } from '../broker/connect.ts';
import type { ConsumedMessage, PartitionOffset } from '../broker/consumer.ts';
import { modestReading, readSome } from '../broker/read-some.ts';
import { SchemaRegistry } from '../broker/schema-registry.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { KnownSchemas } from '../worker/schemas.ts';
import { Transcoder } from '../worker/transcode.ts';
import { withSchemas } from '../worker/with-schemas.ts';
import type { WholeMessage } from './messages.ts';
import { Refusal } from './server.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Each is read behind the other. */
const MOST_WAITING = 4;

/**
 * Reads single messages once more, over a connection of its own that is outside of the group: whatever the output is, the broker still has
 * what was seen a moment ago, and nothing must be kept for a page that may ask.
 */
export class AlertReader {
  readonly #config: Config;
  readonly #log: Log;
  readonly #over = new AbortController();
  readonly #schemas: SchemaRegistry;
  readonly #known = new KnownSchemas();
  readonly #transcoder: Transcoder;
  #connected: Promise<Connected | null> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(config: Config, log: Log) {
    const { broker, stop, decode } = config;
    this.#config = {
      ...config,
      broker: { ...broker, properties: { ...modestReading, ...broker.properties } },
      stop: { ...stop, connectTimeoutMs: CONNECT_TIMEOUT_MS },
    };
    this.#log = log;
    this.#schemas = new SchemaRegistry(decode, log, this.#over.signal);
    this.#transcoder = new Transcoder({
      ...{ format: decode.format, indent: 0, nonFinite: 'null', fieldPaths: [], schemas: this.#known },
    });
  }

  /** A {@link WholeMessage} as JSON. @throws Refusal, ClientError, DecodeError */
  read(at: PartitionOffset): Promise<Buffer> {
    if (this.#waiting >= MOST_WAITING) throw new Refusal(503, 'Too many alerts are asked for at once.');
    this.#waiting += 1;
    const read = this.#last.then(() => this.#readNext(at));
    this.#last = read
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1;
      });
    return read;
  }

  /** Nobody looks any more. */
  disconnect(): void {
    const connected = this.#connected;
    this.#connected = null;
    void this.#last
      .then(() => connected)
      .then((it) => it?.consumer.disconnect())
      .catch(() => undefined);
  }

  close(): void {
    this.#over.abort();
    this.disconnect();
  }

  async #readNext(at: PartitionOffset): Promise<Buffer> {
    const message = await this.#fetch(at);
    const { topic, partition, offset, timestampMs, value } = message;
    const bytes = value?.length ?? 0;
    const about = { topic, partition, offset, timestampMs, bytes } satisfies Omit<WholeMessage, 'alerts'>;
    const begin = JSON.stringify(about).slice(0, -1);
    return Buffer.concat([
      Buffer.from(`${begin},"alerts":[`),
      await this.#alerts(message),
      Buffer.from(']}'),
    ]);
  }

  async #fetch(at: PartitionOffset): Promise<ConsumedMessage> {
    this.#connected ??= connect(this.#config, this.#log, this.#over.signal).catch((error: unknown) => {
      this.#connected = null;
      throw error;
    });
    const connected = await this.#connected;
    if (connected === null) throw new Refusal(503, 'The client is about to end.');
    const { consumer } = connected;
    const { low, high } = await consumer.watermarks(at);
    if (at.offset < low || at.offset >= high)
      throw new Refusal(410, 'The broker no longer has this message.');
    const found: ConsumedMessage[] = [];
    await readSome(consumer, [at], this.#over.signal, (message) => {
      if (message.offset === at.offset) found.push(message);
      return 'enough';
    });
    const [message] = found;
    if (message === undefined) throw new Refusal(410, 'The broker no longer has this message.');
    return message;
  }

  /** Its alerts as JSON, with commas between. */
  #alerts(message: ConsumedMessage): Promise<Buffer> {
    const whole = { ...message, value: message.value ?? Buffer.alloc(0) };
    return withSchemas(
      this.#known,
      () => {
        const alerts: Buffer[] = [];
        for (const { bytes } of this.#transcoder.transcode(whole))
          alerts.push(Buffer.from(alerts.length > 0 ? ',' : ''), Buffer.from(bytes));
        return Buffer.concat(alerts);
      },
      async (schemaId) => {
        const answer = await this.#schemas.get(schemaId);
        // Somebody may register it in a moment: that there is none is not kept.
        if (answer.kind === 'unknown')
          throw new Refusal(503, `The alert cannot be decoded: ${answer.reason}`);
        return answer.schemaText;
      },
    );
  }
}
