import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, jsonAlert, newFolder, readJsonFile, runClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { readSamples, samplesDir, skipSamples } from '../support/samples.ts';

const schemaDir = join(samplesDir, 'lsst', 'registry');

test('real alerts of all surveys, read from a broker, are saved byte for byte', {
  skip: skipKafka || skipSamples,
}, async (t) => {
  const dir = newFolder(t);
  const group = unique('group');
  const topics: string[] = [];
  for (const survey of ['antares', 'ztf', 'lsst'] as const) {
    const topic = await newTopic(2, {}, unique(survey));
    await produce(
      topic,
      readSamples(survey).map(({ wire }, i) => ({ value: wire, partition: i % 2 })),
    );
    topics.push(topic);
  }
  const { code, stderr } = await runClient(t, [
    topics.join(','),
    '--output_dir',
    dir,
    '-g',
    group,
    '--until-end',
    '--schema-dir',
    schemaDir,
    '--workers',
    '2',
  ]);
  assert.equal(code, 0, stderr);
  let saved = 0;
  for (const topic of topics) {
    const survey = topic.split('-')[0] as 'antares' | 'ztf' | 'lsst';
    for (const { name, json } of readSamples(survey)) {
      assert.equal(readFileSync(join(dir, topic, `${name}.json`), 'utf8'), json.toString());
      saved += 1;
    }
    const { committed, ends } = await groupOffsets(group, topic, 2);
    assert.deepEqual(committed, ends);
  }
  assert.equal(filesIn(dir).length, saved, 'nothing else is left in the folder');
});

test('of two alerts with one name the later stays, whatever the number of workers', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const filler = 'x'.repeat(2_000);
  const messages = Array.from({ length: 3_000 }, (_, i) => ({
    value: jsonAlert(i % 7, { version: i, filler }),
  }));
  await produce(topic, messages);
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--workers',
    '4',
    '--batch-size',
    '20',
  ]);
  assert.equal(code, 0, stderr);
  for (let candid = 0; candid < 7; candid++) {
    const newest = messages.length - 1 - ((messages.length - 1 - candid) % 7);
    assert.equal(readJsonFile(join(dir, topic, `${candid}.json`))['version'], newest);
  }
});

test('after a stop the group goes on where it was, without loss or repetition', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(2);
  const group = unique('group');
  await produce(
    topic,
    Array.from({ length: 100 }, (_, i) => ({ value: jsonAlert(i), partition: i % 2 })),
  );
  const args = [topic, '-d', dir, '-g', group, '--until-end', '-v'];
  const first = await runClient(t, args);
  assert.equal(first.code, 0, first.stderr);
  await produce(
    topic,
    Array.from({ length: 50 }, (_, i) => ({ value: jsonAlert(100 + i), partition: i % 2 })),
  );
  const second = await runClient(t, args);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(second.stderr.match(/Saved alert/g)?.length, 50);
  assert.equal(filesIn(dir).length, 150);
});

test('without an output folder each alert is told of in one line, and nothing is written', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(5) }, { value: jsonAlert(6) }]);
  const { code, stderr, stdout } = await runClient(t, [topic, '-g', unique('group'), '--until-end']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`Received alert 5 on topic '${topic}'`));
  assert.match(stderr, new RegExp(`Received alert 6 on topic '${topic}'`));
  assert.equal(stdout, '');
});

test('hostile ids stay in the output folder', { skip: skipKafka }, async (t) => {
  const outer = newFolder(t);
  const dir = join(outer, 'alerts');
  const topic = await newTopic();
  const ids = ['../../evil', '/absolute', 'a/b', 'nul\u0000byte', '..', 'x'.repeat(300), 'con'];
  await produce(
    topic,
    ids.map((id) => ({ value: jsonAlert(id) })),
  );
  const { code, stderr } = await runClient(t, [topic, '-d', dir, '-g', unique('group'), '--until-end']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    filesIn(outer).filter((file) => !/^alerts\/(_journal\/)?topic-/.test(file)),
    [],
  );
  assert.equal(filesIn(join(dir, topic)).length, ids.length);
});

test('--path lays files out by partition, offset and the alert’s own fields', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const timestampMs = Date.UTC(2026, 10, 24, 3);
  await produce(topic, [{ value: jsonAlert(9, { candidate: { fid: 2 } }), timestampMs }]);
  const template = '{date}/{candidate.fid}/{partition}-{offset}.json';
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--path',
    template,
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), ['2026-11-24/2/0-0.json']);
});
