import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { skipPython } from '../support/transcode.ts';

for (const [hook, why] of [
  ['none', false],
  ['javascript', false],
  ['python', skipPython],
] as const)
  test(`what init writes with --hook ${hook} reads and saves`, {
    skip: skipKafka === false ? why : skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const config = join(dir, 'antares-client.json');
    const topic = await newTopic();
    const group = unique('group');
    await produce(topic, [{ value: jsonAlert(1) }, { value: jsonAlert(2) }]);
    const answers = ['--yes', '--profile', 'local', '-d', join(dir, 'alerts'), '--hook', hook];
    const written = await startClient(t, ['init', topic, '--config', config, ...answers]).ended;
    assert.equal(written.code, 0, written.stderr);
    const { code, stderr } = await runClient(t, ['--config', config, '-g', group, '--until-end']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(filesIn(join(dir, 'alerts')), [`${topic}/1.json`, `${topic}/2.json`]);
    assert.deepEqual((await groupOffsets(group, topic)).committed, [2]);
  });
