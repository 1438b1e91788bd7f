import assert from 'node:assert/strict';
import avro from 'avsc';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { long, recordOf } from '../support/avro.ts';
import { filesIn, jsonAlert, newFolder, readJsonFile, runClient, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';
import { readRows, skipReaders } from '../support/readers.ts';
import { framed, startRegistry } from '../support/registry.ts';
import { readSamples, sampleSchema, skipSamples } from '../support/samples.ts';
import { coverage, rangesIn } from '../support/segments.ts';

/** 64-bit integers as they are. */
const exactLong = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint | number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  fromJSON: (value: number) => BigInt(value),
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

function typeOf(schemaText: string): avro.Type {
  return avro.Type.forSchema(JSON.parse(schemaText) as avro.Schema, {
    registry: { long: exactLong },
  });
}

test('a schema that evolves in mid-stream, up to v10 and v11.1 and back, is followed message by message, from a registry that stumbles first', {
  skip: skipKafka === false ? skipSamples : skipKafka,
}, async (t) => {
  const [sample] = readSamples('lsst');
  assert.ok(sample);
  // Any alerts that fit the later schemas.
  const evolved = ([1000, 1101] as const).map((schemaId) => {
    const type = typeOf(sampleSchema(schemaId));
    const alert = type.random() as unknown as { diaSource: { ra: number; dec: number } };
    return { schemaId, alert, value: framed(schemaId, type.toBuffer(alert)) };
  });
  const stumbles = [
    { status: 500, body: '{"error_code":50001,"message":"Error in the backend"}' },
    { status: 200, body: '<html>' },
  ];
  const ids = [sample.wire.readUInt32BE(1), 1000, 1101];
  const url = await startRegistry(
    t,
    Object.fromEntries(ids.map((schemaId) => [schemaId, sampleSchema(schemaId)])),
    { first: stumbles },
  );
  const topic = await newTopic();
  const values = [sample.wire, ...evolved.map(({ value }) => value), sample.wire];
  await produce(
    topic,
    values.map((value) => ({ value })),
  );
  const dir = newFolder(t);
  const { code, stderr } = await runClient(t, [
    ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--schema-registry', url],
    ...['--path', '{topic}/{offset}.json'],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /gives no schema \d+: it answered with status 500/);
  const saved = (offset: number): string => readFileSync(join(dir, topic, `${offset}.json`), 'utf8');
  assert.equal(saved(0), sample.json.toString());
  assert.equal(saved(3), sample.json.toString());
  evolved.forEach(({ schemaId, alert }, i) => {
    const { fields } = JSON.parse(sampleSchema(schemaId)) as { fields: { name: string }[] };
    const file = JSON.parse(saved(1 + i)) as typeof alert;
    assert.deepEqual(
      Object.keys(file),
      fields.map(({ name }) => name),
    );
    const { ra, dec } = alert.diaSource;
    assert.deepEqual({ ra: file.diaSource.ra, dec: file.diaSource.dec }, { ra, dec });
  });
});

test('a schema that is none, and one that does not fit, make dead letters that say so', {
  skip: skipKafka,
}, async (t) => {
  const url = await startRegistry(t, {
    1: JSON.stringify({ type: 'record', name: 'A', fields: [{ name: 'x', type: 'no-such-type' }] }),
    2: JSON.stringify(recordOf('string')),
    3: JSON.stringify(recordOf('long')),
  });
  const topic = await newTopic();
  await produce(
    topic,
    [1, 2, 3].map((id) => ({ value: framed(id, long(1_000_000)) })),
  );
  const dir = newFolder(t);
  const { code, stderr } = await runClient(t, [
    ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--schema-registry', url],
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(filesIn(join(dir, topic)).length, 1);
  const errorOf = (offset: number): { code: string; text: string } =>
    readJsonFile(join(dir, '_dead-letter', topic, `0-${offset}.json`))['error'] as {
      code: string;
      text: string;
    };
  assert.equal(errorOf(0).code, 'BAD_SCHEMA');
  assert.match(errorOf(0).text, /Schema 1 cannot be used: .*no-such-type/);
  assert.equal(errorOf(1).code, 'TRUNCATED');
});

for (const output of ['avro', 'parquet'] as const) {
  test(`a schema that evolves in mid-stream begins a new ${output} segment each time, and Python reads all of them`, {
    skip: skipKafka !== false ? skipKafka : skipSamples !== false ? skipSamples : skipReaders,
  }, async (t) => {
    const types = new Map([1000, 1101].map((schemaId) => [schemaId, typeOf(sampleSchema(schemaId))]));
    const ids = [1000, 1000, 1101, 1000] as const;
    const alerts = ids.map((schemaId) => {
      const type = types.get(schemaId) as avro.Type;
      const alert = type.random() as unknown as { diaSource: { ra: number } };
      return { schemaId, ra: alert.diaSource.ra, value: framed(schemaId, type.toBuffer(alert)) };
    });
    const url = await startRegistry(t, { 1000: sampleSchema(1000), 1101: sampleSchema(1101) });
    const topic = await newTopic();
    await produce(
      topic,
      alerts.map(({ value }) => ({ value })),
    );
    const dir = newFolder(t);
    const { code, stderr } = await runClient(t, [
      ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--schema-registry', url],
      // Random bytes are no images, and JSON cannot hold what is random in them.
      ...['--output', output, '--fields', 'diaSource'],
    ]);
    assert.equal(code, 0, stderr);
    const ranges = rangesIn(join(dir, topic, '0'));
    assert.deepEqual(
      ranges.map(({ first, last }) => [first, last]),
      [
        [0, 1],
        [2, 2],
        [3, 3],
      ],
    );
    assert.deepEqual(coverage(ranges), Array<null>(4).fill(null));
    const rows = [...readRows(dir).values()].flat() as { diaSource: { ra: number } }[];
    assert.deepEqual(
      rows.map(({ diaSource }) => diaSource.ra),
      alerts.map(({ ra }) => ra),
    );
    // Each has the fields of its own version.
    rows.forEach(({ diaSource }, i) => {
      const { schemaId } = alerts[i] as (typeof alerts)[number];
      const { fields } = JSON.parse(sampleSchema(schemaId)) as { fields: { name: string; type: unknown }[] };
      const source = fields.find(({ name }) => name === 'diaSource')?.type as { fields: { name: string }[] };
      assert.deepEqual(
        Object.keys(diaSource),
        source.fields.map(({ name }) => name),
      );
    });
  });
}

/** A client on two partitions, of which one needs the schema 3. */
async function startOnHeldPartition(t: TestContext, url: string, more: readonly string[] = []) {
  const topic = await newTopic(2);
  const group = unique('group');
  await produce(topic, [
    { value: framed(3, long(1)), partition: 0 },
    { value: jsonAlert(2), partition: 1 },
  ]);
  const dir = newFolder(t);
  const client = startClient(t, [
    ...[topic, '-d', dir, '-g', group, '--until-end', '--schema-registry', url],
    ...['--path', '{topic}/{partition}-{offset}.json'],
    ...['--bootstrap-servers', testKafka().bootstrap.plaintext, ...more],
  ]);
  return { topic, group, dir, client };
}

test('an id that the registry answers with 404 and an error holds its partition until it is registered; then nothing is missing', {
  skip: skipKafka,
}, async (t) => {
  const schemas: Record<number, string> = {};
  const url = await startRegistry(t, schemas);
  const { topic, group, dir, client } = await startOnHeldPartition(t, url);
  await client.says(/waits at offset 0: .*knows no schema 3; is --schema-registry the right one/);
  await client.saved(join(dir, topic, '1-0.json'));
  assert.ok(!filesIn(dir).includes(`${topic}/0-0.json`));
  schemas[3] = JSON.stringify(recordOf('long'));
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.ok(filesIn(dir).includes(`${topic}/0-0.json`));
  assert.ok(!filesIn(dir).some((path) => path.startsWith('_dead-letter')));
  assert.deepEqual((await groupOffsets(group, topic, 2)).committed, [1, 1]);
});

test('while a registry takes its time, other partitions go on and the member stays in its group', {
  skip: skipKafka,
}, async (t) => {
  let answer = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const url = await startRegistry(t, { 3: JSON.stringify(recordOf('long')) }, { ready: () => ready });
  const { topic, group, dir, client } = await startOnHeldPartition(t, url, [
    // Who does not poll for so long is put out.
    ...['-X', 'max.poll.interval.ms=6000', '-X', 'session.timeout.ms=6000'],
  ]);
  await client.saved(join(dir, topic, '1-0.json'));
  // A request is given up after 10 s, told, and made again.
  await client.says(/gives no schema 3: .*not there after/);
  answer();
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.equal(stderr.match(/Assigned /g)?.length, 1, stderr);
  assert.ok(filesIn(dir).includes(`${topic}/0-0.json`));
  assert.deepEqual((await groupOffsets(group, topic, 2)).committed, [1, 1]);
});
