import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { filesIn, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import { finding, findingsOf } from '../support/doctor.ts';
import {
  groupOffsets,
  kafkaTool,
  newTopic,
  produce,
  skipKafka,
  testKafka,
  unique,
} from '../support/kafka.ts';

/** More than what fits into a response of the smallest size that librdkafka lets be set. */
const LARGE = jsonAlert(1, { image: 'x'.repeat(3_000_000) });
const tooSmall = ['-X', 'fetch.max.bytes=1000000', '-X', 'receive.message.max.bytes=1000512'];

async function topicWithLargeMessage(): Promise<string> {
  const topic = await newTopic(1, { 'max.message.bytes': '10000000' });
  await produce(topic, [{ value: LARGE }]);
  return topic;
}

/** An output folder with the large message in a raw segment of the topic. */
async function record(t: TestContext, topic: string): Promise<string> {
  const dir = newFolder(t);
  const args = [topic, '-g', unique('group'), '-d', dir, '--output', 'raw', '--until-end'];
  const { code, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  return dir;
}

test('a message that is larger than the client takes at once is told with what to raise, and is read then', {
  skip: skipKafka,
}, async (t) => {
  const topic = await topicWithLargeMessage();
  const dir = join(newFolder(t), 'out');
  const args = [topic, '-g', unique('group'), '-d', dir];
  const client = startClient(t, [
    ...[...args, ...tooSmall, '--bootstrap-servers', testKafka().bootstrap.plaintext],
  ]);
  await client.says(/larger than the client takes at once: raise -X receive\.message\.max\.bytes.*doctor/);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
  assert.deepEqual(filesIn(dir), []);
  const { code, stderr } = await runClient(t, [...args, '--until-end']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/1.json`]);
});

test('doctor names the setting that is too small for a message', { skip: skipKafka }, async (t) => {
  const topic = await topicWithLargeMessage();
  const args = [topic, ...tooSmall, '--bootstrap-servers', testKafka().bootstrap.plaintext];
  const { code, findings } = await findingsOf(t, args);
  assert.equal(code, 1);
  assert.match(finding(findings, 'Topic', 'fault').text, /raise -X receive\.message\.max\.bytes/);
});

test('replay sends what the broker takes, however large', { skip: skipKafka }, async (t) => {
  const topic = await topicWithLargeMessage();
  const dir = await record(t, topic);
  const { code, stderr } = await runClient(t, ['replay', dir]);
  assert.equal(code, 0, stderr);
  assert.deepEqual((await groupOffsets(unique('group'), topic)).ends, [2]);
});

test('a message that is larger than the broker takes ends a replay with one sentence that says what to raise', {
  skip: skipKafka,
}, async (t) => {
  const topic = await topicWithLargeMessage();
  const dir = await record(t, topic);
  await kafkaTool('kafka.admin.ConfigCommand', [
    ...['--bootstrap-server', testKafka().bootstrap.plaintext, '--alter'],
    ...['--entity-type', 'topics', '--entity-name', topic, '--add-config', 'max.message.bytes=1000000'],
  ]);
  const { code, stderr } = await runClient(t, ['replay', dir]);
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    new RegExp(`A message for ${topic} did not arrive.*too large; raise max\\.message\\.bytes of the topic`),
  );
  assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
});
