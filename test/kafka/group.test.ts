import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, jsonAlert, newFolder, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';

const names = (topic: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${topic}/${i}.json`).sort();
const alerts = (count: number, partitions: number): { value: Buffer; partition: number }[] =>
  Array.from({ length: count }, (_, i) => ({
    value: jsonAlert(i, { filler: 'x'.repeat(3_000) }),
    partition: i % partitions,
  }));

test('two processes share a group: each alert is saved by one of them, also when one joins late and one leaves', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const hook = join(newFolder(t), 'slow.mjs');
  writeFileSync(hook, 'export const processAlert = () => new Promise((done) => setTimeout(done, 2));');
  const topic = await newTopic(4);
  const group = unique('group');
  await produce(topic, alerts(4_000, 4));
  const args = [
    topic,
    '-d',
    dir,
    '-g',
    group,
    '-v',
    '--process',
    hook,
    '--max-in-flight-bytes',
    '200kB',
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ];
  const first = startClient(t, args);
  await first.says(/Saved alert/);
  const second = startClient(t, args);
  await second.says(/Saved alert/);
  second.process.kill('SIGTERM');
  const left = await second.ended;
  assert.equal(left.code, 0, left.stderr);
  await until('all alerts are on disk', () => filesIn(dir).length >= 4_000);
  await until('all offsets are committed', async () => {
    const { committed, ends } = await groupOffsets(group, topic, 4);
    return committed.join() === ends.join();
  });
  first.process.kill('SIGTERM');
  const stayed = await first.ended;
  assert.equal(stayed.code, 0, stayed.stderr);
  assert.deepEqual(filesIn(dir), names(topic, 4_000));
  const saved = [left.stderr, stayed.stderr].flatMap((log) => log.match(/Saved alert [^"\n]*/g) ?? []);
  assert.equal(saved.length, new Set(saved).size, 'no alert was done twice');
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} in mid-stream drains, commits what is on disk and exits with 0`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const topic = await newTopic(2);
    const group = unique('group');
    await produce(topic, alerts(3_000, 2));
    const args = [topic, '-d', dir, '-g', group, '--bootstrap-servers', testKafka().bootstrap.plaintext];
    const hook = join(newFolder(t), 'slow.mjs');
    writeFileSync(hook, 'export const processAlert = () => new Promise((done) => setTimeout(done, 2));');
    const client = startClient(t, [...args, '-v', '--process', hook, '--max-in-flight-bytes', '200kB']);
    await client.says(/Saved alert/);
    client.process.kill(signal);
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    const { committed } = await groupOffsets(group, topic, 2);
    const done = committed.reduce((sum, offset) => sum + Math.max(0, offset), 0);
    assert.ok(done > 0 && done < 3_000, `${done} committed`);
    assert.equal(filesIn(dir).length, done, 'what is saved is what is committed');
    const rest = await startClient(t, [...args, '--until-end']).ended;
    assert.equal(rest.code, 0, rest.stderr);
    assert.deepEqual(filesIn(dir), names(topic, 3_000));
  });
}

test('who reads the log may end first: the run goes on, and a signal ends it in order', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, alerts(3_000, 1));
  const hook = join(newFolder(t), 'slow.mjs');
  writeFileSync(hook, 'export const processAlert = () => new Promise((done) => setTimeout(done, 2));');
  const client = startClient(t, [
    ...[topic, '-d', dir, '-g', group, '--bootstrap-servers', testKafka().bootstrap.plaintext],
    ...['-v', '--process', hook, '--max-in-flight-bytes', '200kB'],
  ]);
  await client.says(/Saved alert/);
  client.process.stderr?.destroy();
  const before = filesIn(dir).length;
  await until('more files', () => filesIn(dir).length > before);
  client.process.kill('SIGINT');
  assert.equal((await client.ended).code, 0);
  const { committed } = await groupOffsets(group, topic, 1);
  assert.deepEqual(committed, [filesIn(dir).length], 'what is saved is what is committed');
});

test('the second signal ends at once with 128 + signal', { skip: skipKafka }, async (t) => {
  const hook = join(newFolder(t), 'hangs.mjs');
  writeFileSync(
    hook,
    'export const processAlert = (_, { logger }) => { logger.warn("hangs now"); return new Promise(() => {}); };',
  );
  const topic = await newTopic();
  await produce(topic, alerts(5, 1));
  const client = startClient(t, [
    topic,
    '-d',
    newFolder(t),
    '-g',
    unique('group'),
    '--process',
    hook,
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ]);
  await client.says(/hangs now/);
  client.process.kill('SIGTERM');
  await client.says(/Once more ends at once/);
  client.process.kill('SIGINT');
  assert.equal((await client.ended).code, 128 + constants.signals.SIGINT);
});

test('the second signal ends it also while librdkafka joins or leaves the group', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  // What it is at when the signals come is up to chance; most of the time it is one of the two.
  for (let round = 0; round < 6; round++) {
    const client = startClient(t, [topic, '-d', newFolder(t), '-g', unique('group'), ...broker]);
    await client.says(/Connected to/);
    client.process.kill('SIGINT');
    await client.says(/Once more ends at once/);
    client.process.kill('SIGINT');
    await client.ended;
    assert.notEqual(client.process.exitCode ?? client.process.signalCode, null);
  }
});

test('past --shutdown-timeout it exits with 1 and names what is not committed', {
  skip: skipKafka,
}, async (t) => {
  const hook = join(newFolder(t), 'hangs.mjs');
  writeFileSync(
    hook,
    'export const processAlert = ({ candid }, { logger }) => { if (candid === 2n) { logger.warn("hangs now"); return new Promise(() => {}); } };',
  );
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, alerts(5, 1));
  const client = startClient(t, [
    topic,
    '-d',
    newFolder(t),
    '-g',
    group,
    '--process',
    hook,
    '--shutdown-timeout',
    '500ms',
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ]);
  await client.says(/hangs now/);
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 1, stderr);
  // What stands before the hanging message is published when its batch's turn comes: that may be later than the hang.
  assert.match(stderr, new RegExp(`${topic}/0 [012]–\\d`));
});

test('killed in mid-stream and started again, every alert is saved and no temporary stays', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(2);
  const group = unique('group');
  await produce(topic, alerts(3_000, 2));
  const args = [
    topic,
    '-d',
    dir,
    '-g',
    group,
    '--workers',
    '2',
    '-X',
    'session.timeout.ms=2000',
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ];
  for (const share of [0.2, 0.5, 0.8]) {
    const client = startClient(t, args);
    await until(
      'a part is saved',
      () => filesIn(dir).length > share * 3_000 || client.process.exitCode !== null,
    );
    client.process.kill('SIGKILL');
    await client.ended;
  }
  const rest = await startClient(t, [...args, '--until-end']).ended;
  assert.equal(rest.code, 0, rest.stderr);
  assert.deepEqual(filesIn(dir), names(topic, 3_000));
});

test('a member that loses its session again and again says so and gets to the end all the same', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(2);
  const hook = join(newFolder(t), 'slow.mjs');
  writeFileSync(hook, 'export const processAlert = () => new Promise((done) => setTimeout(done, 4));');
  await produce(topic, alerts(600, 2));
  // The session ends before the first heartbeat is due.
  const session = ['-X', 'session.timeout.ms=1500', '-X', 'heartbeat.interval.ms=60000'];
  const args = [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--process',
    hook,
    '--max-in-flight-bytes',
    '100kB',
    ...session,
  ];
  const { code, stderr } = await startClient(t, [
    ...args,
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ]).ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Gave up .*Assigned /s);
  assert.deepEqual(filesIn(dir), names(topic, 600));
  assert.ok(stderr.length < 50_000, 'it is told of, not shouted');
});

test('a partition that stands still for --stall-timeout is named and ends the client with 1', {
  skip: skipKafka,
}, async (t) => {
  const hook = join(newFolder(t), 'hangs.mjs');
  writeFileSync(
    hook,
    'export const processAlert = ({ candid }) => candid === 2n ? new Promise(() => {}) : undefined;',
  );
  const topic = await newTopic();
  await produce(topic, alerts(5, 1));
  const client = startClient(t, [
    topic,
    '-d',
    newFolder(t),
    '-g',
    unique('group'),
    '--process',
    hook,
    '--stall-timeout',
    '1s',
    '--shutdown-timeout',
    '200ms',
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ]);
  const { code, stderr } = await client.ended;
  assert.equal(code, 1, stderr);
  // A batch is finished as a whole: where it begins is up to the timing of the fetches.
  assert.match(stderr, new RegExp(`${topic}/0 has stood still at offset [012] `));
});
