// A real Apache Kafka of one node, for tests and for trying things out: on free ports of the loopback, in a folder that
// goes away.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPassword, makeLocalCa } from '../../certs/make-local-ca.mjs';
import { kafkaJars } from '../kafka-install.mjs';
import { listeners, makeTokenKey } from './listeners.mjs';
import { formatStorage, freePorts, launch, newClusterId, restartable } from './node.mjs';

/** Users of the SASL listeners. Made up for a broker that only this machine can reach. */
export const users = { alice: 'alice-secret', bob: 'bob-secret' };

/** Whether {@link startKafka} can work here. */
export function kafkaIsInstalled() {
  return existsSync(kafkaJars);
}

/**
 * Starts a broker.
 *
 * @param port of the PLAINTEXT listener; a free one where none is given.
 * @param asDelivered with Kafka's own settings for groups and topics, which most brokers have; else with those that make tests fast.
 * @param proxyPort one more listener, `behindProxy`, tells clients to come to this port, where somebody passes them on to it.
 * @returns addresses, users, the CA file, `restart()` for a broker that was killed by its `pid`, and `stop()`. The broker ends with
 * this process, however that ends.
 */
export async function startKafka({ port = null, proxyPort = null, asDelivered = false } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'antares-kafka-'));
  try {
    return await startIn(dir, port, proxyPort, asDelivered);
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(dir, port, proxyPort, asDelivered) {
  const certificates = makeLocalCa(join(dir, 'certs'));
  const tokens = makeTokenKey(join(dir, 'certs'));
  // Another process may take a port between our looking and the broker's listening.
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts(proxyPort === null ? 8 : 9);
    // The controller's comes first.
    if (port !== null) ports[1] = port;
    const properties = join(dir, 'server.properties');
    writeFileSync(properties, serverProperties(dir, ports, certificates, tokens, proxyPort, asDelivered));
    if (attempt === 1) await formatStorage(properties, newClusterId(), users);
    const broker = await launch(dir, properties, tokens.javaOptions);
    if (broker !== null) {
      const [, plaintext, saslPlaintext, saslSsl, ...more] = ports.map((each) => `localhost:${each}`);
      const [mutualTls, expired, wrongHost, shortSessions, behindProxy] = more;
      return Object.assign(
        restartable(broker, () => launch(dir, properties, tokens.javaOptions)),
        {
          bootstrap: {
            ...{ plaintext, saslPlaintext, saslSsl, mutualTls, expired, wrongHost, shortSessions },
            behindProxy,
          },
          caFile: certificates.ca,
          otherCaFile: certificates.otherCa,
          client: { ...certificates.client, password: keyPassword },
          otherClient: certificates.otherClient,
          tokenKeyFile: tokens.keyFile,
          users,
        },
      );
    }
    if (attempt === 3) throw new Error('Kafka did not start on three sets of free ports.');
  }
}

/** Groups that answer at once and notice quickly who is gone; topics only where a test makes them. */
const forTests = [
  'group.initial.rebalance.delay.ms=0',
  'group.min.session.timeout.ms=1000',
  // With the new group protocol the broker sets these for all.
  'group.consumer.min.session.timeout.ms=1000',
  'group.consumer.session.timeout.ms=3000',
  'group.consumer.min.heartbeat.interval.ms=100',
  'group.consumer.heartbeat.interval.ms=500',
  'auto.create.topics.enable=false',
  'log.cleaner.backoff.ms=500',
];

function serverProperties(dir, [controller, ...ports], certificates, tokens, proxyPort, asDelivered) {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@localhost:${controller}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    ...listeners(controller, ports, certificates, tokens, users, proxyPort),
    `log.dirs=${join(dir, 'data')}`,
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found=true',
    'super.users=User:ANONYMOUS',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=5',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=5',
    ...(asDelivered ? [] : forTests),
    'message.max.bytes=67108864',
    // Alerts in tests carry dates of past nights.
    'log.retention.ms=-1',
    '',
  ].join('\n');
}
