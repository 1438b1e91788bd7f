// A real Apache Kafka of one node, for tests and for trying things out: on free ports of the loopback, in a folder that
// goes away.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keyPassword, makeLocalCa } from '../../certs/make-local-ca.mjs';
import { kafkaJars } from '../kafka-install.mjs';
import { listeners, makeTokenKey } from './listeners.mjs';

/** Users of the SASL listeners. Made up for a broker that only this machine can reach. */
export const users = { alice: 'alice-secret', bob: 'bob-secret' };

const START_TIMEOUT_MS = 60_000;
const JAVA_OPTIONS = [
  '-Xmx512m',
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
];

/** Whether {@link startKafka} can work here. */
export function kafkaIsInstalled() {
  return existsSync(kafkaJars);
}

/**
 * Starts a broker.
 *
 * @param port of the PLAINTEXT listener; a free one where none is given.
 * @param proxyPort one more listener, `behindProxy`, tells clients to come to this port, where somebody passes them on to it.
 * @returns addresses, users, the CA file, `restart()` for a broker that was killed by its `pid`, and `stop()`. The broker ends with
 * this process, however that ends.
 */
export async function startKafka({ port = null, proxyPort = null } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'antares-kafka-'));
  try {
    return await startIn(dir, port, proxyPort);
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(dir, port, proxyPort) {
  const certificates = makeLocalCa(join(dir, 'certs'));
  const tokens = makeTokenKey(join(dir, 'certs'));
  // Another process may take a port between our looking and the broker's listening.
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts(proxyPort === null ? 8 : 9);
    // The controller's comes first.
    if (port !== null) ports[1] = port;
    const properties = join(dir, 'server.properties');
    writeFileSync(properties, serverProperties(dir, ports, certificates, tokens, proxyPort));
    if (attempt === 1) await format(properties);
    const broker = await launch(dir, properties, tokens);
    if (broker !== null) {
      const [, plaintext, saslPlaintext, saslSsl, ...more] = ports.map((each) => `localhost:${each}`);
      const [mutualTls, expired, wrongHost, shortSessions, behindProxy] = more;
      return Object.assign(
        restartable(broker, () => launch(dir, properties, tokens)),
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

/** A broker that was killed comes back on the same data and the same ports; what stops it stops the one that runs now. */
function restartable(first, relaunch) {
  let running = first;
  return {
    get pid() {
      return running.pid;
    },
    restart: async () => {
      await running.ended;
      const again = await relaunch();
      if (again === null)
        throw new Error('Kafka did not come back: another process has taken one of its ports.');
      running = again;
    },
    stop: () => running.stop(),
  };
}

/** Runs one of Kafka's own command-line tools, given by its class. */
export async function runKafkaTool(className, args) {
  const { stdout } = await promisify(execFile)('java', [
    ...JAVA_OPTIONS,
    '-cp',
    join(kafkaJars, '*'),
    className,
    ...args,
  ]);
  return stdout;
}

function serverProperties(dir, [controller, ...ports], certificates, tokens, proxyPort) {
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
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    'auto.create.topics.enable=false',
    'message.max.bytes=67108864',
    // Alerts in tests carry dates of past nights.
    'log.retention.ms=-1',
    'log.cleaner.backoff.ms=500',
    '',
  ].join('\n');
}

async function format(properties) {
  const random = crypto.getRandomValues(new Uint8Array(16));
  // An id that begins with a dash is taken for an option.
  random[0] &= 0x7f;
  const clusterId = Buffer.from(random).toString('base64url');
  const scram = Object.entries(users).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );
  await runKafkaTool('kafka.tools.StorageTool', ['format', '-t', clusterId, '-c', properties, ...scram]);
}

/** null: a port was taken meanwhile. */
async function launch(dir, properties, tokens) {
  const java = [
    'java',
    ...JAVA_OPTIONS,
    ...tokens.javaOptions,
    '-cp',
    join(kafkaJars, '*'),
    'kafka.Kafka',
    properties,
  ];
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'guard.mjs'), dir, ...java], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const [{ pid }] = await once(guard, 'message');
  const started = new Promise((resolve) => {
    const listen = (text) => {
      output = (output + text).slice(-20_000);
      if (output.includes('Kafka Server started')) resolve('started');
    };
    guard.stdout.setEncoding('utf8').on('data', listen);
    guard.stderr.setEncoding('utf8').on('data', listen);
  });
  const ended = once(guard, 'exit').then(() => 'ended');
  const timer = setTimeout(() => guard.stdin.end(), START_TIMEOUT_MS);
  const result = await Promise.race([started, ended]);
  clearTimeout(timer);
  if (result === 'ended') {
    if (/Address already in use|Failed to bind|BindException/.test(output)) return null;
    throw new Error(`Kafka did not start:\n${output}`);
  }
  guard.unref();
  guard.stdin.unref?.();
  for (const stream of [guard.stdout, guard.stderr]) stream.unref?.();
  guard.disconnect();
  const stop = async () => {
    if (guard.exitCode === null) {
      guard.ref();
      guard.stdin.end();
      await ended;
    }
    // Where a test killed the broker, its guard left the folder behind.
    rmSync(dir, { recursive: true, force: true });
  };
  return { pid, stop, ended };
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, 'localhost');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
