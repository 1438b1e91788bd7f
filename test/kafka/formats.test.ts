import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cliFile, filesIn, jsonAlert, newFolder, runClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { coverage, recordsIn } from '../support/segments.ts';

const options = (topic: string, dir: string, output: string): string[] => [
  topic,
  '-d',
  dir,
  '--output',
  output,
  '--group',
  unique('group'),
  '--until-end',
];

for (const output of ['avro', 'parquet']) {
  test(`--output ${output} saves every alert once, and verify finds it whole`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const topic = await newTopic(1);
    await produce(
      topic,
      Array.from({ length: 250 }, (_, i) => ({
        value: jsonAlert(i, { big: 2 ** 40, nested: [{ a: 1.5 }], nothing: null, none: [] }),
      })),
    );
    const { code, stderr } = await runClient(t, [...options(topic, dir, output), '--segment-alerts', '100']);
    assert.equal(code, 0, stderr);
    const records = recordsIn(join(dir, topic, '0'));
    assert.deepEqual(
      records.map(({ first, last, alerts }) => [first, last, alerts]),
      [
        [0, 99, 100],
        [100, 199, 100],
        [200, 249, 50],
      ],
    );
    assert.deepEqual(
      filesIn(dir).filter((path) => path.endsWith('.tmp')),
      [],
    );
    const verify = (): string =>
      execFileSync(process.execPath, [cliFile, 'verify', dir], { encoding: 'utf8' });
    assert.match(verify(), /250/);
    const segment = join(dir, topic, '0', records[0]?.segment ?? '');
    const bytes = readFileSync(segment);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(segment, bytes);
    assert.throws(verify, /torn|status 1/);
  });
}

test('a schema that changes in mid-stream begins a new segment', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(1);
  const container = (fields: object[], record: Buffer): Buffer => {
    const schema = Buffer.from(JSON.stringify({ type: 'record', name: 'alert', fields }));
    const sync = Buffer.alloc(16, 7);
    return Buffer.concat([
      Buffer.from('Obj\x01\x02\x16avro.schema'),
      Buffer.from([((2 * schema.length) & 0x7f) | 0x80, (2 * schema.length) >> 7]),
      schema,
      Buffer.from([0]),
      sync,
      Buffer.from([2, 2 * record.length]),
      record,
      sync,
    ]);
  };
  const candid = { name: 'candid', type: 'long' };
  const older = container([candid], Buffer.from([2]));
  const newer = container([candid, { name: 'ra', type: 'float' }], Buffer.from([4, 0, 0, 0xc0, 0x7f]));
  await produce(
    topic,
    [older, older, newer, older].map((value) => ({ value })),
  );
  for (const output of ['avro', 'parquet']) {
    const { code, stderr } = await runClient(t, options(topic, join(dir, output), output));
    assert.equal(code, 0, stderr);
    const records = recordsIn(join(dir, output, topic, '0'));
    assert.deepEqual(
      records.map(({ first, last, alerts }) => [first, last, alerts]),
      [
        [0, 1, 2],
        [2, 2, 1],
        [3, 3, 1],
      ],
    );
  }
});

test('--path lays Avro and Parquet out in folders', { skip: skipKafka }, async (t) => {
  const topic = await newTopic(1);
  await produce(
    topic,
    Array.from({ length: 30 }, (_, i) => ({ value: jsonAlert(i, { sky: { field: i % 3 } }) })),
  );
  for (const output of ['avro', 'parquet']) {
    const dir = newFolder(t);
    const { code, stderr } = await runClient(t, [
      ...options(topic, dir, output),
      '--path',
      '{topic}/field={sky.field}',
    ]);
    assert.equal(code, 0, stderr);
    const files = filesIn(dir).filter((path) => path.endsWith(`.${output}`));
    assert.equal(files.length, 3, files.join());
    assert.match(execFileSync(process.execPath, [cliFile, 'verify', dir], { encoding: 'utf8' }), /30/);
  }
});

test('messages of two schema ids go into segments of their own, aborted ones into none', {
  skip: skipKafka,
}, async (t) => {
  const schemaDir = newFolder(t);
  const fields = [
    { name: 'candid', type: 'long' },
    { name: 'ra', type: 'float' },
  ];
  [1, 2].forEach((id) => {
    const schema = JSON.stringify({ type: 'record', name: 'alert', fields: fields.slice(0, id) });
    writeFileSync(join(schemaDir, `${id}.json`), JSON.stringify({ schema }));
  });
  const older = { value: Buffer.from([0, 0, 0, 0, 1, 2]) };
  const newer = { value: Buffer.from([0, 0, 0, 0, 2, 4, 0, 0, 0xc0, 0x7f]) };
  const topic = await newTopic(1);
  await produce(topic, [older, newer], 'abort');
  await produce(topic, [older, older, newer], 'commit');
  for (const output of ['avro', 'parquet']) {
    const dir = newFolder(t);
    const { code, stderr } = await runClient(t, [...options(topic, dir, output), '--schema-dir', schemaDir]);
    assert.equal(code, 0, stderr);
    const records = recordsIn(join(dir, topic, '0'));
    assert.deepEqual(
      records.map(({ alerts }) => alerts),
      [2, 1],
    );
    assert.deepEqual(
      coverage(records).filter((why) => why === null),
      [null, null, null],
    );
  }
});
