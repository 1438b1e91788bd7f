import assert from 'node:assert/strict';
import avro from 'avsc';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { afterwards } from '../support/after.ts';
import { long, recordOf } from '../support/avro.ts';
import { filesIn, newFolder, readJsonFile, runClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { readSamples, sampleSchema, skipSamples } from '../support/samples.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A registry that speaks the Confluent REST protocol; before an answer it may give others. */
async function registry(
  t: TestContext,
  schemas: Readonly<Record<number, string>>,
  firstAnswers: readonly Answer[] = [],
): Promise<string> {
  const first = [...firstAnswers];
  const server = createServer((request, response) => {
    const id = Number(/^\/schemas\/ids\/(\d+)$/.exec(request.url ?? '')?.[1]);
    const schema = schemas[id];
    const known: Answer =
      schema === undefined
        ? { status: 404, body: '{"error_code":40403,"message":"Schema not found"}' }
        : { status: 200, body: JSON.stringify({ schema }) };
    const { status, body } = first.shift() ?? known;
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function framed(schemaId: number, datum: Uint8Array): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(schemaId, 1);
  return Buffer.concat([frame, datum]);
}

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
  const url = await registry(
    t,
    Object.fromEntries(ids.map((schemaId) => [schemaId, sampleSchema(schemaId)])),
    stumbles,
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
  const url = await registry(t, {
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
