import type { Config } from '../config.ts';
import { ClientError } from '../errors.ts';
import { chooseCa, holdsOnlyAntaresCa } from './ca.ts';

/** librdkafka properties. */
export type Properties = Record<string, string | number | boolean>;

/** Properties that the client sets itself, and what to use in their place. */
const owned: Readonly<Record<string, string>> = {
  'enable.auto.commit': 'offsets are committed only when their alerts are saved',
  'enable.auto.offset.store': 'offsets are committed only when their alerts are saved',
  'auto.commit.interval.ms': 'offsets are committed every second',
  'auto.offset.reset': 'use --start-at',
  'enable.partition.eof': 'use --until-end',
  'group.id': 'use --group',
  'group.protocol': 'the classic protocol is the one that is proved here',
  'bootstrap.servers': 'use --bootstrap-servers',
  'metadata.broker.list': 'use --bootstrap-servers',
  'security.protocol': 'use --security-protocol',
  'sasl.mechanism': 'use --sasl-mechanism',
  'sasl.mechanisms': 'use --sasl-mechanism',
  'sasl.username': 'use --api-key',
  'sasl.password': 'use --api-secret-file or ANTARES_KAFKA_API_SECRET',
  'ssl.ca.location': 'use --ssl-ca-location',
  rebalance_cb: 'rebalances are answered by the client',
  offset_commit_cb: 'commits are followed by the client',
  event_cb: 'events are heard by the client',
};

/** Properties that give the machine or its secrets away when they are set so. */
const unsafe: Readonly<Record<string, (value: string) => boolean>> = {
  'plugin.library.paths': () => true,
  'enable.ssl.certificate.verification': (value) => value !== 'true',
  'ssl.endpoint.identification.algorithm': (value) => value === 'none',
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
    'client.id': 'antares-client',
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    // Start positions are resolved by us; this is only what librdkafka does when an offset expires in mid-stream, and it is noticed.
    'auto.offset.reset': 'earliest',
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
    ...securityProperties(broker),
    ...broker.properties,
  };
}

/** The part that any client of the broker needs. @throws ClientError CONFIG */
export function securityProperties(broker: Config['broker']): Properties {
  const { securityProtocol, saslMechanism, username, password } = broker;
  const properties: Properties = { 'security.protocol': securityProtocol };
  if (securityProtocol.endsWith('ssl')) Object.assign(properties, tlsProperties(broker));
  if (securityProtocol.startsWith('sasl') && username !== null && password !== null) {
    properties['sasl.mechanisms'] = saslMechanism;
    properties['sasl.username'] = username;
    properties['sasl.password'] = password;
  }
  return properties;
}

function tlsProperties(broker: Config['broker']): Properties {
  const ca = chooseCa(broker);
  const properties: Properties = { 'ssl.endpoint.identification.algorithm': 'https' };
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
    if (!broker.unsafe && unsafe[key]?.(value) === true) {
      throw new ClientError('CONFIG', `-X ${key}=${value} can give secrets away; with --unsafe it is taken.`);
    }
  }
  const plainPassword = broker.securityProtocol === 'sasl_plaintext' && broker.saslMechanism === 'PLAIN';
  if (plainPassword && !broker.unsafe && !isLoopback(broker.bootstrapServers)) {
    throw new ClientError(
      'CONFIG',
      `With sasl_plaintext and PLAIN the secret would go over the network in the clear to ${broker.bootstrapServers}; use sasl_ssl or SCRAM-SHA-512, or --unsafe.`,
    );
  }
}

function isLoopback(servers: string): boolean {
  return servers
    .split(',')
    .every((server) => /^(\[::1\]|localhost|127(\.\d+){3})(:\d+)?$/.test(server.trim()));
}
