import { SchemaRegistry } from '../broker/schema-registry.ts';
import { partitionKey } from '../commit/partition-progress.ts';
import { ClientError } from '../errors.ts';
import type { Log } from '../log.ts';
import { dateOf } from '../timestamp.ts';
import { DecodeError, SchemaNeeded } from '../worker/decode/error.ts';
import { KnownSchemas } from '../worker/schemas.ts';
import type { SkippedMessage, StreamedAlert } from './batch.ts';
import { createReadAlerts, type ReadAlerts } from './decoders.ts';
import type { QueuedMessage } from './message-queue.ts';
import type { StreamSettings } from './options.ts';

/** What a message held: alerts, or a reason why there are none. */
export type ReadMessage<A extends object> =
  | { readonly alerts: readonly StreamedAlert<A>[]; readonly skipped: null }
  | { readonly alerts: readonly []; readonly skipped: SkippedMessage };

/** From messages to alerts; asks for schemas that are missing. */
export class AlertReader<A extends object> {
  readonly #settings: StreamSettings<A>;
  readonly #log: Log;
  readonly #stop: AbortSignal;
  readonly #schemas = new KnownSchemas();
  readonly #registry: SchemaRegistry;
  readonly #readAlerts: ReadAlerts<A>;

  /** @param stop ends the asking for schemas. */
  constructor(settings: StreamSettings<A>, log: Log, stop: AbortSignal) {
    this.#settings = settings;
    this.#log = log;
    this.#stop = stop;
    this.#registry = new SchemaRegistry(settings.config.decode, log, stop);
    this.#readAlerts = createReadAlerts(settings, this.#schemas);
  }

  /**
   * All alerts of a message: one that is torn at its end is bad as a whole. null: it was stopped while it asked for a schema.
   *
   * @throws ClientError BAD_MESSAGE; CONFIG where a schema is missing and the settings name nobody who knows it.
   */
  async read(queued: QueuedMessage): Promise<ReadMessage<A> | null> {
    const { topic, partition, offset, timestampMs, key, headers } = queued.message;
    const place = { topic, partition, offset, key, headers };
    const timestamp = dateOf(timestampMs);
    for (;;) {
      try {
        const alerts = this.#readAlerts(queued.message);
        return {
          alerts: alerts.map(({ alert, record }) => ({ alert, ...place, record, timestamp })),
          skipped: null,
        };
      } catch (error) {
        if (error instanceof SchemaNeeded) {
          if (!(await this.#learnSchema(error.schemaId, queued))) return null;
        } else if (error instanceof DecodeError) return { alerts: [], skipped: this.#skip(queued, error) };
        else throw error;
      }
    }
  }

  /** @throws ClientError BAD_MESSAGE */
  #skip({ message: { topic, partition, offset } }: QueuedMessage, error: DecodeError): SkippedMessage {
    const sentence = `The message at ${topic}/${partition} offset ${offset} cannot be decoded: ${error.message}`;
    if (!this.#settings.skipsBad) throw new ClientError('BAD_MESSAGE', sentence, { cause: error });
    this.#log.warn(`${sentence} It is passed.`);
    return { topic, partition, offset, error };
  }

  /** @returns false when it was stopped before. @throws ClientError CONFIG */
  async #learnSchema(schemaId: number, { at }: QueuedMessage): Promise<boolean> {
    const answer = await this.#registry.get(schemaId);
    if (answer.kind === 'found') {
      this.#schemas.add(schemaId, answer.schemaText);
      return true;
    }
    if (this.#stop.aborted) return false;
    throw new ClientError('CONFIG', `${partitionKey(at)} cannot be decoded: ${answer.reason}`);
  }
}
