import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { AlertStream, type Sink } from '../../src/index.ts';
import pg from 'pg';
import { jsonAlert } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';
import { projectRoot } from '../support/samples.ts';

interface PostgresScript {
  findPostgres(): string | null;
  startPostgres(bin: string): Promise<{ connection: pg.ClientConfig; stop: () => Promise<void> }>;
}

const script = (await import(join(projectRoot, 'scripts', 'postgres.mjs'))) as PostgresScript;
const bin = skipKafka === false ? script.findPostgres() : null;
const skip =
  skipKafka !== false ? skipKafka : bin === null && process.env['CI'] !== 'true' ? 'no PostgreSQL' : false;

/** A database of its own, and the example's sink on it. */
async function openDatabase(
  t: TestContext,
): Promise<{ open: () => Promise<Sink>; ask: (sql: string) => Promise<unknown[]> }> {
  assert.ok(bin !== null, 'CI needs PostgreSQL');
  const { connection, stop } = await script.startPostgres(bin);
  t.after(stop);
  const { PostgresSink } = (await import(join(projectRoot, 'examples', 'postgres.mjs'))) as {
    PostgresSink: { open: (options: pg.ClientConfig) => Promise<Sink> };
  };
  return {
    open: () => PostgresSink.open(connection),
    ask: async (sql) => {
      const client = new pg.Client(connection);
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>({ text: sql })).rows.map((row) =>
          Object.values(row),
        );
      } finally {
        await client.end();
      }
    },
  };
}

const read = (topic: string, sink: Sink): Promise<void> =>
  new AlertStream({
    topics: [topic],
    // A group that has committed nothing: only the database knows where to go on.
    group: unique('group'),
    bootstrapServers: testKafka().bootstrap.plaintext,
    untilEnd: true,
    batchSize: 7,
  }).pipeTo(sink);

const messages = (from: number, count: number): { value: Buffer; partition: number }[] =>
  Array.from({ length: count }, (_, i) => ({
    value: jsonAlert(`${2n ** 62n + BigInt(from + i)}`, { text: 'a\tb\\n"\n' }),
    partition: i % 2,
  }));

test('alerts come to PostgreSQL once each, though Kafka never hears of them', { skip }, async (t) => {
  const { open, ask } = await openDatabase(t);
  const topic = await newTopic(2);
  await produce(topic, messages(0, 40));
  await read(topic, await open());
  await produce(topic, messages(40, 20));
  await read(topic, await open());
  assert.deepEqual(
    await ask(`SELECT count(*)::int AS rows, count(DISTINCT alert->>'candid')::int AS ids FROM alerts`),
    [[60, 60]],
  );
  assert.deepEqual(await ask('SELECT partition, next::int FROM alert_offsets ORDER BY partition'), [
    [0, 30],
    [1, 30],
  ]);
  assert.deepEqual(await ask(`SELECT DISTINCT alert->>'text' FROM alerts`), [['a\tb\\n"\n']]);
  // A process that believes the partitions to be its own still, and does not ask.
  const inner = await open();
  await read(topic, { write: (batch) => inner.write(batch), close: () => inner.close?.() });
  assert.deepEqual(await ask('SELECT count(*)::int FROM alerts'), [[60]]);
});

test('a batch that PostgreSQL refuses leaves nothing behind, neither alerts nor offsets', {
  skip,
}, async (t) => {
  const { open, ask } = await openDatabase(t);
  const topic = await newTopic();
  // jsonb takes no NUL.
  await produce(topic, [{ value: jsonAlert(1) }, { value: jsonAlert(2, { text: '\u0000' }) }]);
  await assert.rejects(read(topic, await open()), /The sink could not write a batch: unsupported Unicode/);
  const counts =
    'SELECT (SELECT count(*)::int FROM alerts) AS alerts, (SELECT count(*)::int FROM alert_offsets) AS offsets';
  const [[alerts, offsets] = []] = (await ask(counts)) as number[][];
  assert.equal(alerts, offsets === 0 ? 0 : 1);
});
