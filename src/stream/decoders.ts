import { messageOf } from '../errors.ts';
import { dateOf } from '../timestamp.ts';
import { AlertObjects } from '../worker/alert-objects.ts';
import { DecodeError } from '../worker/decode/error.ts';
import type { Message, MessageHeader } from '../worker/message.ts';
import { isPromise } from '../worker/process/hook.ts';
import type { KnownSchemas } from '../worker/schemas.ts';
import { Selection } from '../worker/select/selection.ts';
import type { StreamSettings } from './options.ts';

/** A Kafka message as a {@link MessageDecoder} is given it. */
export interface EncodedMessage {
  /** Kafka's name of the topic. */
  readonly topic: string;
  /** Of the topic, from 0. */
  readonly partition: number;
  /** Of the message in its partition. */
  readonly offset: number;
  /** Kafka's timestamp, or null where the broker gave none, or one that is no time. */
  readonly timestamp: Date | null;
  /** The message's key, as it came; null: none. */
  readonly key: Uint8Array | null;
  /** The message's headers, in their order. */
  readonly headers: readonly MessageHeader[];
  /** The message's bytes; it has some value, be it empty. */
  readonly value: Uint8Array;
}

/**
 * Makes the alerts of a message: one, or a list; an empty list passes the message. What it throws makes the message a bad one, and so does
 * a promise: it cannot be `async`.
 *
 * @typeParam A the type of an alert.
 */
export type MessageDecoder<A extends object = Record<string, unknown>> = (
  message: EncodedMessage,
) => A | readonly A[];

/** A message's alerts, with their places in it; or what is missing to know them. @throws DecodeError, SchemaNeeded */
export type ReadAlerts<A extends object> = (
  message: Message,
) => readonly { readonly record: number; readonly alert: A }[];

/** The way from messages to alerts that the settings ask for. */
export function createReadAlerts<A extends object>(
  { config, decoder }: StreamSettings<A>,
  schemas: KnownSchemas,
): ReadAlerts<A> {
  if (decoder !== null) return (message) => decodeBy(decoder, message);
  const { fields, stamps } = config.select;
  const objects = new AlertObjects({
    format: config.decode.format,
    schemas,
    selection: Selection.of(config.select),
    reduction: fields === null && stamps === 'keep' ? null : { fields, dropStamps: stamps === 'drop' },
  });
  // The caller said which type it is.
  return (message) => [...objects.read(message)] as readonly { record: number; alert: A }[];
}

function decodeBy<A extends object>(
  decode: MessageDecoder<A>,
  { timestampMs, ...message }: Message,
): readonly { record: number; alert: A }[] {
  let alerts: A | readonly A[];
  try {
    alerts = decode({ ...message, timestamp: dateOf(timestampMs) });
  } catch (error) {
    throw new DecodeError('CUSTOM', `The decoder threw: ${messageOf(error).replace(/\.$/, '')}.`, error);
  }
  const list: readonly unknown[] = Array.isArray(alerts) ? alerts : [alerts];
  const promises = list.filter(isPromise);
  // Nobody waits for them, and one that fails would end the process.
  for (const promise of promises) promise.then(undefined, () => undefined);
  if (promises.length > 0)
    throw new DecodeError(
      'CUSTOM',
      'The decoder returned a promise: it must not be async, and return the alerts themselves.',
    );
  if (list.some((alert) => typeof alert !== 'object' || alert === null))
    throw new DecodeError('CUSTOM', 'The decoder returned something that is no object.');
  return list.map((alert, record) => ({ alert: alert as A, record }));
}
