import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, jsonAlert, newFolder, readJsonFile, runClient, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';

test('a message of 50 MB is saved whole, and those without bytes are passed', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(1, { 'max.message.bytes': '60000000' });
  const group = unique('group');
  const large = Buffer.from(`{"candid": 1, "text": "${'x'.repeat(50_000_000)}"}`);
  await produce(topic, [
    { value: jsonAlert(2) },
    { value: large },
    // node-rdkafka makes no difference between the two.
    { value: Buffer.alloc(0) },
    { value: null },
  ]);
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    group,
    '--until-end',
    '--indent',
    '0',
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    filesIn(dir).filter((file) => !file.startsWith('_journal')),
    [`${topic}/1.json`, `${topic}/2.json`],
  );
  const saved = readFileSync(join(dir, topic, '1.json'), 'latin1');
  assert.ok(saved === large.toString('latin1').replaceAll('": ', '":').replaceAll(', "', ',"'));
  assert.deepEqual((await groupOffsets(group, topic)).committed, [4]);
});

test('headers with hostile names come into the dead letter as they are', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const names = ['', 'constructor', '../../x', 'a\n\u001b[2J', 'é', 'same', 'same', 'toString', '7'];
  const headers = names.map((name) => JSON.parse(`{${JSON.stringify(name)}:"v"}`) as Record<string, string>);
  await produce(topic, [
    { value: Buffer.from('?'), headers },
    { value: jsonAlert(1), headers },
  ]);
  const { code, stderr } = await runClient(t, [topic, '-d', dir, '-g', unique('group'), '--until-end']);
  assert.equal(code, 0, stderr);
  const sidecar = readJsonFile(join(dir, '_dead-letter', topic, '0-0.json'));
  assert.deepEqual(
    sidecar['headers'],
    names.map((key) => ({ key, value: { encoding: 'utf8', data: 'v' } })),
  );
  readFileSync(join(dir, topic, '1.json'));
});

for (const [name, timestampMs] of [
  ['nanoseconds', 1_795_489_200_000_000_000],
  ['the greatest', 2 ** 63 - 1024],
  ['the least', -(2 ** 63)],
] as const) {
  test(`with ${name} for a timestamp segments are read again, redone, replayed and looked at`, {
    skip: skipKafka,
  }, async (t) => {
    const topic = await newTopic(1, { 'message.timestamp.after.max.ms': String(2n ** 63n - 1n) });
    await produce(topic, [
      { value: jsonAlert(1), timestampMs },
      { value: Buffer.from('?'), timestampMs },
      { value: jsonAlert(2) },
      { value: Buffer.from('{"candid": 3, "of": "it"}'), timestampMs },
    ]);
    for (const output of ['ndjson', 'avro', 'json', 'raw']) {
      const dir = newFolder(t);
      const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', output];
      for (const run of ['first', 'again']) {
        const { code, stderr } = await runClient(t, args);
        assert.equal(code, 0, `${output}, ${run}: ${stderr}`);
        const verified = await startClient(t, ['verify', dir]).ended;
        assert.equal(verified.code, 0, `${output}, ${run}: ${verified.stdout}`);
        assert.match(verified.stdout, /0–3/);
      }
      if (output !== 'raw') {
        const redone = await startClient(t, ['redo', dir, '--format', 'text']).ended;
        assert.equal(redone.code, 0, redone.stderr);
      } else {
        const replayed = await runClient(t, ['replay', dir]);
        assert.equal(replayed.code, 0, replayed.stderr);
      }
    }
    for (const args of [
      ['peek', topic, '-n', '1'],
      ['topics', topic],
      ['topics', topic, '--json'],
    ]) {
      const { code, stderr } = await runClient(t, args);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    }
  });
}

test('a topic named like a folder of the client is kept apart from it', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(1, {}, '_dead-letter');
  await produce(topic, [{ value: jsonAlert(1) }, { value: Buffer.from('?') }]);
  const { code, stderr } = await runClient(t, [topic, '-d', dir, '-g', unique('group'), '--until-end']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [
    '%5Fdead-letter/1.json',
    '_dead-letter/%5Fdead-letter/0-1.bin',
    '_dead-letter/%5Fdead-letter/0-1.json',
  ]);
  readFileSync(join(dir, '_journal', '%5Fdead-letter', '0.ndjson'));
});

for (const name of ['_journal', '_redone']) {
  test(`the dead letters of a topic ${name} are those of its segments and of its journal`, {
    skip: skipKafka,
  }, async (t) => {
    const topic = await newTopic(1, {}, name);
    await produce(topic, [{ value: jsonAlert(1) }, { value: Buffer.from('?') }, { value: jsonAlert(3) }]);
    for (const output of ['ndjson', 'json']) {
      const dir = newFolder(t);
      const saved = await runClient(t, [
        ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', output],
      ]);
      assert.equal(saved.code, 0, saved.stderr);
      for (const step of ['saved', 'redone']) {
        const against = await startClient(t, [
          ...['verify', dir, '--against', testKafka().bootstrap.plaintext],
        ]).ended;
        assert.equal(against.code, 0, `${output}, ${step}: ${against.stdout}`);
        assert.doesNotMatch(against.stdout, /not yet read|does not have/);
        if (step === 'redone') continue;
        const redone = await startClient(t, ['redo', dir, '--format', 'text']).ended;
        assert.equal(redone.code, 0, redone.stderr);
      }
    }
  });
}
