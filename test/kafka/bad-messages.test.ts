import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { crc32c } from '../../src/checksum.ts';
import { simulateNight } from '../../src/simulate/night.ts';
import { lsstSchemaId } from '../../src/simulate/schemas/lsst.ts';
import { writeLsstSchema } from '../../src/simulate/schema-files.ts';
import { filesIn, jsonAlert, newFolder, readJsonFile, runClient, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';

const framed = (schemaId: number, ...bytes: number[]): Buffer => {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(schemaId, 1);
  return Buffer.concat([frame, Buffer.from(bytes)]);
};

test('bad messages of each format become dead letters, and the good ones around them are saved', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const schemaDir = newFolder(t);
  await writeLsstSchema(schemaDir);
  const [antares] = simulateNight({ survey: 'antares', seed: 1, count: 1 });
  const [ztf] = simulateNight({ survey: 'ztf', seed: 1, count: 1, stamps: false });
  const [lsst] = simulateNight({ survey: 'lsst', seed: 1, count: 1, stamps: false });
  assert.ok(antares && ztf && lsst);
  const bad = [
    deflateSync(Buffer.from('no BSON at all')),
    antares.value.subarray(0, 100),
    ztf.value.subarray(0, ztf.value.length - 20),
    framed(lsstSchemaId, 1, 2, 3),
    Buffer.from('{"candid": 7'),
    Buffer.from('plain words'),
  ];
  const topic = await newTopic();
  const good = [antares, ztf, lsst];
  const messages = bad.flatMap((value, i) => [{ value }, { value: jsonAlert(1000 + i) }]);
  const last = {
    value: bad[5] as Buffer,
    key: Buffer.from('a key'),
    headers: [{ origin: 'test' }],
    timestampMs: 1_700_000_000_000,
  };
  await produce(topic, [...good.map(({ value }) => ({ value })), ...messages, last]);
  const group = unique('group');
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    group,
    '--until-end',
    '--schema-dir',
    schemaDir,
  ]);
  assert.equal(code, 0, stderr);
  for (const { name } of good) assert.ok(existsSync(join(dir, topic, `${name}.json`)), name);
  bad.forEach((value, i) => {
    const letter = join(dir, '_dead-letter', topic, `0-${3 + 2 * i}`);
    assert.deepEqual(readFileSync(`${letter}.bin`), value);
    assert.match((readJsonFile(`${letter}.json`)['error'] as { code: string }).code, /^[A-Z_]+$/);
    assert.ok(existsSync(join(dir, topic, `${1000 + i}.json`)));
  });
  const offset = 3 + messages.length;
  const sidecar = readJsonFile(join(dir, '_dead-letter', topic, `0-${offset}.json`));
  const { error, ...rest } = sidecar;
  assert.deepEqual(rest, {
    topic,
    partition: 0,
    offset,
    timestampMs: 1_700_000_000_000,
    key: { encoding: 'utf8', data: 'a key' },
    headers: [{ key: 'origin', value: { encoding: 'utf8', data: 'test' } }],
    bytes: (bad[5] as Buffer).length,
    crc32c: crc32c(bad[5] as Buffer),
  });
  assert.equal((error as { code: string }).code, 'UNKNOWN_FORMAT');
  const { committed, ends } = await groupOffsets(group, topic);
  assert.deepEqual(committed, ends);
});

test('--on-error stop ends with 1, names the offset and does not commit it', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, [
    { value: jsonAlert(1) },
    { value: jsonAlert(2) },
    { value: Buffer.from('?') },
    { value: jsonAlert(3) },
  ]);
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    newFolder(t),
    '-g',
    group,
    '--until-end',
    '--on-error',
    'stop',
  ]);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${topic}/0 offset 2 could not be saved`));
  assert.deepEqual((await groupOffsets(group, topic)).committed, [2]);
});

test('--on-error skip goes on and keeps nothing', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, [{ value: Buffer.from('?') }, { value: jsonAlert(3) }]);
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--on-error',
    'skip',
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/3.json`]);
});

test('so many failures in a row are taken for a wrong setting', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  await produce(
    topic,
    Array.from({ length: 30 }, () => ({ value: Buffer.from('?') })),
  );
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    newFolder(t),
    '-g',
    unique('group'),
    '--until-end',
    '--max-errors',
    '10',
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /10 messages in a row failed.*--format/);
});

test('tombstones are passed and committed', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, [
    { value: null, key: Buffer.from('gone') },
    { value: jsonAlert(3) },
    { value: null, key: Buffer.from('gone') },
  ]);
  const { code, stderr } = await runClient(t, [topic, '-d', dir, '-g', group, '--until-end']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/3.json`]);
  assert.match(stderr, /2 tombstones/);
  assert.deepEqual((await groupOffsets(group, topic)).committed, [3]);
});

test('a framed message without a schema source holds its partition and names the missing option; others go on', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const group = unique('group');
  const topic = await newTopic(2);
  await produce(topic, [
    { value: jsonAlert(1) },
    { value: framed(4242, 0) },
    { value: jsonAlert(2) },
    { value: jsonAlert(3), partition: 1 },
  ]);
  const client = startClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    group,
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ]);
  await client.says(
    /waits at offset 1: its messages name schema 4242, and neither --schema-registry nor --schema-dir/,
  );
  await client.saved(join(dir, topic, '3.json'));
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/1.json`, `${topic}/3.json`]);
  assert.deepEqual((await groupOffsets(group, topic, 2)).committed, [1, 1]);
});

test('--on-unknown-schema dead-letter takes such messages for bad', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, [{ value: framed(4242, 0) }, { value: jsonAlert(2) }]);
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--on-unknown-schema',
    'dead-letter',
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [
    `_dead-letter/${topic}/0-0.bin`,
    `_dead-letter/${topic}/0-0.json`,
    `${topic}/2.json`,
  ]);
});
