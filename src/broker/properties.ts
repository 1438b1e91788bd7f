import type { Config } from '../config.ts';
import { ClientError } from '../errors.ts';
import { areLoopback } from '../loopback.ts';
import { checkCa, chooseCa, holdsOnlyAntaresCa } from './ca.ts';

/** librdkafka properties. */
export type Properties = Record<string, string | number | boolean>;

/** Their making costs librdkafka a little, so they are made only where somebody reads them. */
const STATISTICS_MS = 5_000;

/** Properties that the client sets itself, and what to use in their place. */
const owned: Readonly<Record<string, string>> = {
  'enable.auto.commit': 'offsets are committed only when their alerts are saved',
  'enable.auto.offset.store': 'offsets are committed only when their alerts are saved',
  'auto.commit.interval.ms': 'offsets are committed every second',
  'auto.offset.reset': 'use --start-at',
  'enable.partition.eof': 'use --until-end',
  'group.id': 'use --group',
  'group.protocol': 'use --group-protocol',
  'bootstrap.servers': 'use --bootstrap-servers',
  'metadata.broker.list': 'use --bootstrap-servers',
  'security.protocol': 'use --security-protocol',
  'sasl.mechanism': 'use --sasl-mechanism',
  'sasl.mechanisms': 'use --sasl-mechanism',
  'sasl.username': 'use --api-key',
  'sasl.password': 'use --api-secret-file or ANTARES_KAFKA_API_SECRET',
  'ssl.ca.location': 'use --ssl-ca-location',
  'ssl.ca.pem': 'use --ssl-ca-location',
  'ssl.ca.certificate.stores': 'use --ssl-ca-location',
  'ssl.certificate.location': 'use --ssl-certificate',
  'ssl.key.location': 'use --ssl-key',
  'ssl.key.password': 'use --ssl-key-password-file or SSL_KEY_PASSWORD',
  'sasl.oauthbearer.method': 'use --sasl-mechanism OAUTHBEARER',
  'sasl.oauthbearer.token.endpoint.url': 'use --sasl-oauth-token-url',
  'sasl.oauthbearer.client.id': 'use --sasl-oauth-client-id',
  'sasl.oauthbearer.client.credentials.client.id': 'use --sasl-oauth-client-id',
  'sasl.oauthbearer.client.secret': 'use --sasl-oauth-client-secret-file or SASL_OAUTH_CLIENT_SECRET',
  'sasl.oauthbearer.client.credentials.client.secret':
    'use --sasl-oauth-client-secret-file or SASL_OAUTH_CLIENT_SECRET',
  'sasl.oauthbearer.scope': 'use --sasl-oauth-scope',
  rebalance_cb: 'rebalances are answered by the client',
  offset_commit_cb: 'commits are followed by the client',
  event_cb: 'events are heard by the client',
};

/** Properties that give the machine or its secrets away when they are set so. */
const unsafe: Readonly<Record<string, (value: string) => boolean>> = {
  'plugin.library.paths': () => true,
  'ssl.engine.location': () => true,
  'enable.ssl.certificate.verification': (value) => value !== 'true',
  'ssl.endpoint.identification.algorithm': (value) => value !== 'https',
  'enable.sasl.oauthbearer.unsecure.jwt': (value) => value !== 'false',
};

/** Properties that only one of the group protocols knows, and where the other has the same. */
const protocolOnly: Readonly<Record<Config['broker']['groupProtocol'], Readonly<Record<string, string>>>> = {
  classic: {
    'session.timeout.ms': 'the broker sets it (group.consumer.session.timeout.ms)',
    'heartbeat.interval.ms': 'the broker sets it (group.consumer.heartbeat.interval.ms)',
    'partition.assignment.strategy': 'the broker decides; group.remote.assignor can name uniform or range',
    'group.protocol.type': 'there is only one type',
  },
  consumer: { 'group.remote.assignor': 'members decide (partition.assignment.strategy)' },
};

/**
 * What librdkafka is told. Positions, commits and rebalances are in our own hands; hosts' names are checked but for the
 * built-in ANTARES address with the shipped certificate, which names another host.
 *
 * @throws ClientError CONFIG
 */
export function consumerProperties(config: Config): Properties {
  const { broker, read } = config;
  refuse(broker);
  return {
    'bootstrap.servers': broker.bootstrapServers,
    'group.id': broker.group,
    'group.protocol': broker.groupProtocol,
    'client.id': 'antares-client',
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'enable.partition.eof': true,
    // Topics that appear at night; internal ones never match a pattern.
    'topic.metadata.refresh.interval.ms': 10_000,
    'topic.blacklist': '^__.*',
    'allow.auto.create.topics': false,
    'check.crcs': true,
    'socket.keepalive.enable': true,
    'reconnect.backoff.max.ms': 10_000,
    'socket.connection.setup.timeout.ms': 8_000,
    // A batch or two ahead per partition. librdkafka's own 64 MB and its second of back-off stall a reader of large batches.
    'queued.max.messages.kbytes': Math.max(16_384, Math.ceil((4 * read.batchBytes) / 1024)),
    'fetch.queue.backoff.ms': 20,
    ...(config.metrics === null ? {} : { 'statistics.interval.ms': STATISTICS_MS }),
    ...securityProperties(broker),
    ...broker.properties,
  };
}

/** What librdkafka is told where messages are sent. @throws ClientError CONFIG */
export function producerProperties({ broker }: Config): Properties {
  refuse(broker);
  return {
    'bootstrap.servers': broker.bootstrapServers,
    'client.id': 'antares-client',
    // Without it a retry may change the order.
    'enable.idempotence': true,
    // As much as can be: how large a message may be, the broker says.
    'message.max.bytes': 1_000_000_000,
    ...securityProperties(broker),
    ...broker.properties,
  };
}

/** The part that any client of the broker needs. @throws ClientError CONFIG */
export function securityProperties(broker: Config['broker']): Properties {
  const { securityProtocol } = broker;
  return {
    'security.protocol': securityProtocol,
    ...(securityProtocol.endsWith('ssl') ? tlsProperties(broker) : {}),
    ...(securityProtocol.startsWith('sasl') ? loginProperties(broker) : {}),
  };
}

function loginProperties({ saslMechanism, username, password, oauth }: Config['broker']): Properties {
  const properties: Properties = { 'sasl.mechanisms': saslMechanism };
  if (oauth !== null) {
    properties['sasl.oauthbearer.method'] = 'oidc';
    properties['sasl.oauthbearer.token.endpoint.url'] = oauth.tokenUrl;
    properties['sasl.oauthbearer.client.id'] = oauth.clientId;
    properties['sasl.oauthbearer.client.secret'] = oauth.clientSecret;
    if (oauth.scope !== null) properties['sasl.oauthbearer.scope'] = oauth.scope;
  } else if (username !== null && password !== null) {
    properties['sasl.username'] = username;
    properties['sasl.password'] = password;
  }
  return properties;
}

function tlsProperties(broker: Config['broker']): Properties {
  checkCa(broker);
  const ca = chooseCa(broker);
  const properties: Properties = { 'ssl.endpoint.identification.algorithm': 'https' };
  if (broker.clientCertificate !== null) {
    const { certificate, key, keyPassword } = broker.clientCertificate;
    properties['ssl.certificate.location'] = certificate;
    properties['ssl.key.location'] = key;
    if (keyPassword !== null) properties['ssl.key.password'] = keyPassword;
  }
  if (ca === null) return properties;
  properties['ssl.ca.location'] = ca.path;
  if (broker.isAntares && holdsOnlyAntaresCa(ca.path))
    properties['ssl.endpoint.identification.algorithm'] = 'none';
  return properties;
}

function refuse(broker: Config['broker']): void {
  for (const [key, value] of Object.entries(broker.properties)) {
    const instead = owned[key];
    if (instead !== undefined)
      throw new ClientError('CONFIG', `-X ${key} belongs to the client: ${instead}.`);
    const other = broker.groupProtocol === 'classic' ? 'consumer' : 'classic';
    const why = protocolOnly[other][key];
    if (why !== undefined)
      throw new ClientError(
        'CONFIG',
        `-X ${key} is of --group-protocol ${other}; with ${broker.groupProtocol} ${why}.`,
      );
    if (!broker.unsafe && unsafe[key]?.(value) === true) {
      throw new ClientError('CONFIG', `-X ${key}=${value} can give secrets away; with --unsafe it is taken.`);
    }
  }
  if (!broker.unsafe) refusePlainText(broker);
}

/** Passwords and tokens go over the network only where it is encrypted, or does not leave this machine. */
function refusePlainText({
  securityProtocol,
  saslMechanism,
  bootstrapServers,
  oauth,
}: Config['broker']): void {
  const inTheClear = saslMechanism === 'PLAIN' || saslMechanism === 'OAUTHBEARER';
  if (securityProtocol === 'sasl_plaintext' && inTheClear && !areLoopback(bootstrapServers)) {
    const what = oauth === null ? 'secret' : 'token';
    const instead = oauth === null ? 'sasl_ssl or SCRAM-SHA-512' : 'sasl_ssl';
    throw new ClientError(
      'CONFIG',
      `With sasl_plaintext and ${saslMechanism} the ${what} would go over the network in the clear to ${bootstrapServers}; use ${instead}, or --unsafe.`,
    );
  }
  const tokenUrl = oauth === null ? null : new URL(oauth.tokenUrl);
  if (tokenUrl?.protocol === 'http:' && !areLoopback(tokenUrl.host)) {
    throw new ClientError(
      'CONFIG',
      `With http:// the client secret would go over the network in the clear to ${tokenUrl.host}; give an https:// address as --sasl-oauth-token-url, or --unsafe.`,
    );
  }
}
