import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, jsonAlert, newFolder, readJsonFile, runClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, unique } from '../support/kafka.ts';

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

test('a topic named like a folder of the client is kept apart from it', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(1, {}, '_dead-letter');
  await produce(topic, [{ value: jsonAlert(1) }, { value: Buffer.from('?') }]);
  const { code, stderr } = await runClient(t, [topic, '-d', dir, '-g', unique('group'), '--until-end']);
  assert.equal(code, 0, stderr);
  const files = filesIn(dir).filter((file) => !file.startsWith('_journal'));
  assert.deepEqual(files, [
    '%5Fdead-letter/1.json',
    '_dead-letter/_dead-letter/0-1.bin',
    '_dead-letter/_dead-letter/0-1.json',
  ]);
});
