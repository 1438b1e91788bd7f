import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../../src/broker/admin.ts';
import { AlertConsumer, type PartitionOffset } from '../../src/broker/consumer.ts';
import { Producer } from '../../src/broker/kafka.ts';
import { projectRoot } from './samples.ts';

/** The broker that `npm test` started for all files of test/kafka. */
export interface TestKafka {
  readonly bootstrap: {
    readonly plaintext: string;
    readonly saslPlaintext: string;
    readonly saslSsl: string;
    /** TLS that asks for the client's certificate. */
    readonly mutualTls: string;
    /** TLS with a certificate that has expired. */
    readonly expired: string;
    /** TLS with a certificate of kafka.example.org. */
    readonly wrongHost: string;
    /** TLS with tokens or SCRAM-SHA-512, which it wants to see again every few seconds. */
    readonly shortSessions: string;
  };
  readonly caFile: string;
  readonly otherCaFile: string;
  /** PEM files of a client; `lockedKey` is its key behind `password`. */
  readonly client: {
    readonly certificate: string;
    readonly key: string;
    readonly lockedKey: string;
    readonly password: string;
  };
  /** The same from an authority that the broker does not know. */
  readonly otherClient: { readonly certificate: string; readonly key: string };
  /** Signs tokens that the broker believes. */
  readonly tokenKeyFile: string;
  readonly users: Readonly<Record<string, string>>;
  readonly pid: number;
}

const given = process.env['ANTARES_TEST_KAFKA'];

/** Why tests with a broker are skipped; false: they are not. On CI its absence is a failure. */
export const skipKafka: string | false =
  given !== undefined || process.env['CI'] === 'true' ? false : 'no Apache Kafka; npm test starts one';

/** The broker. */
export function testKafka(): TestKafka {
  if (given === undefined) throw new Error('The tests with a broker are run by npm test, which starts it.');
  return JSON.parse(given) as TestKafka;
}

/** A name that no other test has. */
export function unique(what: string): string {
  return `${what}-${randomBytes(5).toString('hex')}`;
}

/** Makes a topic of its own for a test. */
export async function newTopic(
  partitions = 1,
  config: Record<string, string> = {},
  name: string = unique('topic'),
): Promise<string> {
  await createTopics({ 'bootstrap.servers': testKafka().bootstrap.plaintext }, [name], partitions, config);
  return name;
}

/** Deletes a topic and makes it again with other messages. */
export async function remakeTopic(topic: string, messages: readonly TestMessage[]): Promise<void> {
  const server = ['--bootstrap-server', testKafka().bootstrap.plaintext];
  await kafkaTool('org.apache.kafka.tools.TopicCommand', [...server, '--delete', '--topic', topic]);
  await until('the topic is gone and made again', () =>
    newTopic(1, {}, topic).then(
      () => true,
      () => false,
    ),
  );
  await produce(topic, messages);
}

/** A message for a test. */
export interface TestMessage {
  readonly value: Buffer | null;
  readonly partition?: number;
  readonly key?: Buffer;
  readonly timestampMs?: number;
  readonly headers?: Record<string, string>[];
}

/** Sends messages, in this order, and waits until all have arrived. In a transaction where `transaction` says how it ends. */
export async function produce(
  topic: string,
  messages: readonly TestMessage[],
  transaction?: 'commit' | 'abort',
  servers: string = testKafka().bootstrap.plaintext,
): Promise<void> {
  const producer = new Producer({
    'bootstrap.servers': servers,
    dr_cb: true,
    'message.max.bytes': 60_000_000,
    ...(transaction === undefined ? {} : { 'transactional.id': unique('transaction') }),
  });
  await call((done) => producer.connect({ timeout: 15_000 }, done));
  producer.setPollInterval(10);
  let arrived = 0;
  let failed: unknown = null;
  const all = new Promise<void>((resolve) => {
    producer.on('delivery-report', (error) => {
      // An aborted transaction purges what was not sent yet; that is what the test asked for.
      if (transaction !== 'abort') failed ??= error as unknown;
      arrived += 1;
      if (arrived === messages.length) resolve();
    });
  });
  if (transaction !== undefined) {
    await call((done) => {
      producer.initTransactions(15_000, done);
    });
    await call((done) => {
      producer.beginTransaction(done);
    });
  }
  for (const { value, partition = 0, key, timestampMs, headers } of messages) {
    producer.produce(
      topic,
      partition,
      value,
      key ?? null,
      timestampMs ?? Date.now(),
      undefined,
      headers ?? [],
    );
  }
  if (messages.length > 0) await all;
  if (transaction === 'commit')
    await call((done) => {
      producer.commitTransaction(15_000, done);
    });
  if (transaction === 'abort')
    await call((done) => {
      producer.abortTransaction(15_000, done);
    });
  await new Promise<void>((resolve) => {
    producer.disconnect(() => {
      resolve();
    });
  });
  if (failed !== null) throw new Error(`A message did not arrive: ${(failed as Error).message}`);
}

/** What a group has committed, and the ends of the partitions. */
export async function groupOffsets(
  group: string,
  topic: string,
  partitions = 1,
  servers: string = testKafka().bootstrap.plaintext,
): Promise<{ committed: number[]; ends: number[] }> {
  const consumer = new AlertConsumer({
    'bootstrap.servers': servers,
    'group.id': group,
  });
  await consumer.connect(15_000);
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
  try {
    const committed = await consumer.committed(all);
    const ends = await Promise.all(all.map((at) => consumer.watermarks(at)));
    const byPartition = (a: PartitionOffset, b: PartitionOffset): number => a.partition - b.partition;
    return {
      committed: [...committed].sort(byPartition).map(({ offset }) => offset),
      ends: ends.map(({ high }) => high),
    };
  } finally {
    await consumer.disconnect();
  }
}

/** Runs one of Kafka's own command-line tools, given by its class. */
export async function kafkaTool(className: string, args: readonly string[]): Promise<string> {
  const script = join(projectRoot, 'scripts', 'kafka', 'node.mjs');
  const { runKafkaTool } = (await import(script)) as {
    runKafkaTool: (name: string, args: readonly string[]) => Promise<string>;
  };
  return runKafkaTool(className, args);
}

/** Gives or takes a right: the words of Kafka's tool for access lists. */
export async function addAcl(...words: string[]): Promise<void> {
  const { plaintext } = testKafka().bootstrap;
  await kafkaTool('org.apache.kafka.tools.AclCommand', [
    ...['--bootstrap-server', plaintext, '--add', '--force', ...words],
  ]);
}

/** How a user who has no rights but those that a test gives him gets in, and what takes for that. */
export const bob: { readonly args: () => string[]; readonly env: NodeJS.ProcessEnv } = {
  args: () => [
    ...['--bootstrap-servers', testKafka().bootstrap.saslPlaintext],
    ...['--security-protocol', 'sasl_plaintext'],
  ],
  env: { ANTARES_KAFKA_API_KEY: 'bob', ANTARES_KAFKA_API_SECRET: 'bob-secret' },
};

/** Sets a group without members back to an offset. @param place a topic, or one of its partitions: `topic:0`. */
export async function setBack(group: string, place: string, offset: number): Promise<void> {
  const { plaintext } = testKafka().bootstrap;
  await kafkaTool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
    ...['--bootstrap-server', plaintext, '--group', group, '--topic', place],
    ...['--reset-offsets', '--to-offset', `${offset}`, '--execute'],
  ]);
}

/** Removes everything below an offset, as retention does. */
export async function deleteRecords(at: PartitionOffset): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'antares-delete-'));
  const file = join(dir, 'offsets.json');
  writeFileSync(file, JSON.stringify({ version: 1, partitions: [at] }));
  try {
    await kafkaTool('org.apache.kafka.tools.DeleteRecordsCommand', [
      '--bootstrap-server',
      testKafka().bootstrap.plaintext,
      '--offset-json-file',
      file,
    ]);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Waits for a condition, looking often; for what nobody tells of. @throws Error after two minutes, naming it. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 120_000,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`Waited ${timeoutMs / 1000} s in vain for: ${what}`);
    await sleep(25);
  }
}

function call(start: (done: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error === null || error === undefined) resolve();
      else reject(new Error((error as Error).message));
    });
  });
}
