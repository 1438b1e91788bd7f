import { type Config, resolveConfig } from '../config.ts';
import { ClientError } from '../errors.ts';
import { flags } from '../flags.ts';
import { wordsOf } from '../option-values.ts';
import type { MessageDecoder } from './decoders.ts';
import { checkKinds, inNamesOfOptions } from './option-kinds.ts';

/**
 * What an {@link AlertStream} reads and how. The command has the same options, with the same defaults; those that it has beyond these are
 * refused. The environment and stored logins are not looked at.
 *
 * @typeParam A the type of an alert, such as {@link ZtfAlert}. It is believed, not checked.
 */
export interface AlertStreamOptions<A extends object = Record<string, unknown>> {
  /** Names of topics; one that begins with `^` is a regular expression. */
  readonly topics: readonly string[];
  /** The way to a public broker, as `antares-client profiles` lists them; other options come first. */
  readonly profile?: string | undefined;
  /** `host:port[,host:port…]`. Default: the ANTARES cluster. */
  readonly bootstrapServers?: string | undefined;
  /** User name of SASL logins. */
  readonly apiKey?: string | undefined;
  /** Password of SASL logins. */
  readonly apiSecret?: string | undefined;
  /** Default: `sasl_ssl` with credentials, else `plaintext`. */
  readonly securityProtocol?: Config['broker']['securityProtocol'] | undefined;
  /** Default: `PLAIN`. */
  readonly saslMechanism?: Config['broker']['saslMechanism'] | undefined;
  /** PEM file of the authorities that may have signed the broker's certificate. Default: the ANTARES one for ANTARES, else the system's. */
  readonly sslCaLocation?: string | undefined;
  /** Your certificate, a PEM file, for brokers that want one of their clients. */
  readonly sslCertificate?: string | undefined;
  /** Its key, a PEM file. */
  readonly sslKey?: string | undefined;
  /** The password of that key. */
  readonly sslKeyPassword?: string | undefined;
  /** With `saslMechanism: 'OAUTHBEARER'`: the address where tokens are given. */
  readonly saslOauthTokenUrl?: string | undefined;
  /** With `saslMechanism: 'OAUTHBEARER'`: who asks for them. */
  readonly saslOauthClientId?: string | undefined;
  /** With `saslMechanism: 'OAUTHBEARER'`: the secret of who asks. */
  readonly saslOauthClientSecret?: string | undefined;
  /** With `saslMechanism: 'OAUTHBEARER'`: what the tokens are for. */
  readonly saslOauthScope?: string | undefined;
  /** Consumer group: its members share the partitions, and the broker keeps its offsets. Default: the host name. */
  readonly group?: string | undefined;
  /** `consumer` is the new protocol of Kafka 4 (KIP-848). Default: `classic`. */
  readonly groupProtocol?: Config['broker']['groupProtocol'] | undefined;
  /**
   * `earliest` (default) and `latest`: where to begin where the group has no committed offset; `committed`: nowhere else. Over what the
   * group has committed: `2026-11-24T03:00:00Z`, `2h-ago`, `last-500`.
   */
  readonly startAt?: string | undefined;
  /** End each partition before its first message of this time or later: `2026-11-24T03:00:00Z`, `2h-ago`. */
  readonly stopAt?: string | undefined;
  /** End when every partition has reached the end that it had at the start. The stream stays connected until it is closed. */
  readonly untilEnd?: boolean | undefined;
  /** Read only these partitions, which nobody divides but you. */
  readonly partitions?: readonly number[] | undefined;
  /** Read without the group: nothing is committed, and its offsets are looked at with `startAt: 'committed'` only. */
  readonly replay?: boolean | undefined;
  /** Offsets that expired on the broker before they were read: log it and go on behind them (`continue`, the default), or throw OFFSET_GAP (`stop`). */
  readonly onGap?: 'continue' | 'stop' | undefined;
  /** Only alerts for which this holds, such as `candidate.magpsf < 18 and candidate.rb >= 0.6`. */
  readonly where?: string | undefined;
  /** Only alerts in one of these cones, `RA,DEC,RADIUS` such as `150.1,2.2,5arcmin`: degrees, and the radius with its unit. */
  readonly cone?: string | readonly string[] | undefined;
  /** Only these fields of each alert, by dotted path, such as `candidate.ra`. The type of an alert does not follow. */
  readonly fields?: readonly string[] | undefined;
  /** Images in the alert (ZTF, LSST): `keep` them as base64 (default), or `drop` them. */
  readonly stamps?: 'keep' | 'drop' | undefined;
  /** `auto` (default) looks at the first bytes of each message. Else the name of a format, or of one of your own {@link decoders}. */
  readonly format?: Config['decode']['format'] | (string & Record<never, never>) | undefined;
  /** Decoders of your own by name. `format` says which one is used. They select by themselves: none of `where`, `cone`, `fields`, `stamps`. */
  readonly decoders?: Readonly<Record<string, MessageDecoder<A>>> | undefined;
  /** Address of the schema registry, for Confluent-framed messages. */
  readonly schemaRegistry?: string | undefined;
  /** `USER:PASSWORD` for the schema registry. */
  readonly schemaRegistryAuth?: string | undefined;
  /** Folder of schemas by id, `ID.avsc` or `ID.json`, instead of a registry or before it. */
  readonly schemaDir?: string | undefined;
  /** A message that cannot be decoded: `stop` throws BAD_MESSAGE (default), `skip` logs it and passes it. */
  readonly onError?: 'stop' | 'skip' | undefined;
  /** Most messages of a batch. Default: 500. */
  readonly batchSize?: number | undefined;
  /** Most bytes read ahead of you, keys, headers and 500 bytes a message included: with so many waiting, reading pauses. Default: 32 MB. */
  readonly maxInFlightBytes?: number | undefined;
  /** Any librdkafka properties that the client does not own. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** When it aborts, nothing more is handed out; what you have can still be committed until your loop is left. */
  readonly signal?: AbortSignal | undefined;
}

/** What the options of a stream mean. */
export interface StreamSettings<A extends object> {
  readonly config: Config;
  /** The decoder that `format` names; null: one of ours. */
  readonly decoder: MessageDecoder<A> | null;
  readonly skipsBad: boolean;
}

/** @throws ClientError CONFIG naming the option */
export function readStreamOptions<A extends object>(options: AlertStreamOptions<A>): StreamSettings<A> {
  checkKinds(options);
  const { topics, onError, properties, decoders, format, cone, fields, partitions, ...rest } = options;
  const decoder = decoderNamed(decoders ?? {}, format);
  if (decoder !== null) refuseSelection(options);
  const given: Record<string, unknown> = {
    ...kebabCase({ ...rest, signal: undefined }),
    property: Object.entries(properties ?? {}).map(([key, value]) => `${key}=${value}`),
    'until-end': rest.untilEnd ?? false,
    'on-error': 'stop',
    format: decoder === null ? format : undefined,
    cone: typeof cone === 'string' ? [cone] : cone,
    fields: fields?.join(','),
    partitions: partitions?.join(','),
  };
  return {
    config: resolve(topics, given),
    decoder,
    skipsBad: onError === 'skip',
  };
}

/** @throws ClientError CONFIG */
function resolve(topics: readonly string[], given: Readonly<Record<string, unknown>>): Config {
  try {
    return resolveConfig({
      ...{ commandLine: { topics, given }, environment: {}, isTerminal: false },
      forProgram: true,
    });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    throw new ClientError(error.code, inNamesOfOptions(error.message), { cause: error.cause });
  }
}

function decoderNamed<A extends object>(
  decoders: Readonly<Record<string, MessageDecoder<A>>>,
  format: string | undefined,
): MessageDecoder<A> | null {
  const taken = Object.keys(decoders).find((name) => wordsOf(flags.format.value).includes(name));
  if (taken !== undefined)
    throw new ClientError(
      'CONFIG',
      `decoders.${taken} cannot be used: ${taken} is a format already; give it another name.`,
    );
  return format !== undefined && Object.hasOwn(decoders, format) ? (decoders[format] ?? null) : null;
}

function refuseSelection<A extends object>(options: AlertStreamOptions<A>): void {
  const wrong = (['where', 'cone', 'fields', 'stamps'] as const).find((name) => options[name] !== undefined);
  if (wrong !== undefined)
    throw new ClientError(
      'CONFIG',
      `${wrong} has no meaning with a decoder of your own: let it return [] for what you do not want.`,
    );
}

function kebabCase(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    ]),
  );
}
