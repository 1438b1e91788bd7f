// One node of Apache Kafka as a process of its own: formatting its storage, starting it, starting it again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaJars } from '../kafka-install.mjs';

/** Most of it is for busy machines; alone it takes 3 s. */
const START_TIMEOUT_MS = 180_000;
const JAVA_OPTIONS = [
  '-Xmx512m',
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
];

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

/** An id for a new cluster. */
export function newClusterId() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  // An id that begins with a dash is taken for an option.
  random[0] &= 0x7f;
  return Buffer.from(random).toString('base64url');
}

/** Makes the storage that a file of properties names ready. */
export async function formatStorage(properties, clusterId, users = {}) {
  const scram = Object.entries(users).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );
  await runKafkaTool('kafka.tools.StorageTool', ['format', '-t', clusterId, '-c', properties, ...scram]);
}

/** A broker that was killed comes back on the same data and the same ports; what stops it stops the one that runs now. */
export function restartable(first, relaunch) {
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

/**
 * Starts a node. It ends with this process, however that ends, and its folder goes with it.
 *
 * @returns null: a port was taken meanwhile.
 */
export async function launch(dir, properties, javaOptions = []) {
  const java = [
    'java',
    ...JAVA_OPTIONS,
    ...javaOptions,
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

/** Ports of the loopback that nobody listens at. */
export async function freePorts(count) {
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
