import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyFolder } from '../../src/verify/verify.ts';
import { container, long } from '../support/avro.ts';
import { numberedAlerts, slowly } from '../support/faults.ts';
import { filesIn, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import {
  deleteRecords,
  groupOffsets,
  newTopic,
  produce,
  setBack,
  skipKafka,
  testKafka,
  unique,
  until,
} from '../support/kafka.ts';
import { numbersBelow, outputOptions, savedAlerts } from '../support/saved.ts';

const alerts = (from: number, count: number): { value: Buffer }[] =>
  Array.from({ length: count }, (_, i) => ({ value: jsonAlert(from + i) }));

test('--until-end ends at once on an empty topic', { skip: skipKafka }, async (t) => {
  const topic = await newTopic(3);
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    newFolder(t),
    '-g',
    unique('group'),
    '--until-end',
  ]);
  assert.equal(code, 0, stderr);
});

test('--until-end ends on a live topic, with all that was there at the start', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, alerts(0, 200));
  const stop = new AbortController();
  let sent = 200;
  const live = (async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await produce(topic, alerts(sent, 5));
      sent += 5;
    }
  })();
  const group = unique('group');
  const { code, stderr } = await runClient(t, [topic, '-d', dir, '-g', group, '--until-end']);
  stop.abort();
  await live;
  assert.equal(code, 0, stderr);
  const { committed } = await groupOffsets(group, topic);
  assert.ok((committed[0] ?? 0) >= 200);
  assert.equal(filesIn(dir).length, committed[0], 'what is saved is what is committed');
});

test('--until-end with partitions taken by hand reads them, also where the group has committed all', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  await produce(topic, alerts(0, 3));
  const args = [topic, '-g', unique('group'), '--until-end'];
  assert.equal((await runClient(t, [...args, '-d', newFolder(t)])).code, 0);
  const dir = newFolder(t);
  const { code, stderr } = await runClient(t, [...args, '-d', dir, '--replay']);
  assert.equal(code, 0, stderr);
  assert.equal(filesIn(dir).length, 3);
});

test('members of a group that wait for each other at the end do not wait for --segment-age', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  await produce(topic, numberedAlerts(1_000, 2));
  const group = unique('group');
  const args = [topic, '-d', newFolder(t), '-g', group, '--output', 'ndjson', '--segment-age', '1h'];
  const slow = [...slowly(t, 5), '--batch-size', '20', '-X', 'heartbeat.interval.ms=200'];
  const members = await Promise.all([0, 1].map(() => runClient(t, [...args, ...slow, '--until-end'])));
  for (const { code, stderr } of members) {
    assert.equal(code, 0, stderr);
    assert.match(stderr, /[1-9]\d* alerts saved/, 'each has had its part');
  }
  const { committed, ends } = await groupOffsets(group, topic, 2);
  assert.deepEqual(committed, ends);
});

test('--until-end ends after a transaction, and its marker is committed too', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, alerts(0, 10), 'commit');
  await produce(topic, alerts(100, 10), 'abort');
  const { code, stderr } = await runClient(t, [topic, '-d', dir, '-g', group, '--until-end']);
  assert.equal(code, 0, stderr);
  assert.equal(filesIn(dir).length, 10, 'what was aborted is not read');
  const { committed, ends } = await groupOffsets(group, topic);
  assert.deepEqual(committed, ends);
});

test('--until-end ends on a compacted topic whose last offsets are gone', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(1, {
    'cleanup.policy': 'compact',
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.01',
    'max.compaction.lag.ms': '200',
    'delete.retention.ms': '0',
  });
  const group = unique('group');
  await produce(
    topic,
    Array.from({ length: 20 }, (_, i) => ({ value: jsonAlert(i), key: Buffer.from('one key') })),
  );
  await produce(topic, [{ value: null, key: Buffer.from('one key') }]);
  const { code, stderr } = await runClient(t, [topic, '-d', dir, '-g', group, '--until-end']);
  assert.equal(code, 0, stderr);
  const { committed, ends } = await groupOffsets(group, topic);
  assert.deepEqual(committed, ends);
});

test('--until-end on a topic that does not exist is an error that names similar ones', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(1, {}, unique('supernovae'));
  const { code, stderr } = await runClient(t, [`${topic}x`, '-g', unique('group'), '--until-end']);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`${topic}x does not exist.*Similar: ${topic}`));
});

test('--limit is exact where messages have several alerts, and ends', { skip: skipKafka }, async (t) => {
  const topic = await newTopic(4);
  const schema = { type: 'record', name: 'alert', fields: [{ name: 'candid', type: 'long' }] };
  const five = (first: number): Buffer => Buffer.concat([0, 1, 2, 3, 4].map((i) => long(first + i)));
  await produce(
    topic,
    Array.from({ length: 40 }, (_, i) => ({
      partition: i % 4,
      value: container(schema, [{ records: 5, bytes: five(5 * i) }]),
    })),
  );
  for (const limit of [3, 7, 50]) {
    const dir = newFolder(t);
    const args = [
      topic,
      '-g',
      unique('group'),
      '-d',
      dir,
      '--start-at',
      'earliest',
      '--limit',
      String(limit),
    ];
    const { code, stderr } = await runClient(t, args);
    assert.equal(code, 0, stderr);
    assert.equal(filesIn(join(dir, topic)).length, limit);
  }
});

test('--limit saves no fewer where messages with several alerts come behind those with one, in segments and on standard output', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const schema = { type: 'record', name: 'alert', fields: [{ name: 'candid', type: 'long' }] };
  const records = Array.from({ length: 300 }, (_, i) => (i < 100 ? 1 : 5));
  await produce(
    topic,
    records.map((count, i) => ({
      value: container(schema, [
        {
          records: count,
          bytes: Buffer.concat(Array.from({ length: count }, (_each, j) => long(10 * i + j))),
        },
      ]),
    })),
  );
  const args = [topic, '--limit', '150', '--workers', '3', '--batch-size', '20'];
  const dir = newFolder(t);
  const segments = await runClient(t, [...args, '-g', unique('group'), '-d', dir, '--output', 'ndjson']);
  assert.equal(segments.code, 0, segments.stderr);
  assert.equal(savedAlerts(dir, 'ndjson').length, 150);
  const piped = await runClient(t, [...args, '-g', unique('group'), '-d', '-']);
  assert.equal(piped.code, 0, piped.stderr);
  assert.equal(piped.stdout.split('\n').length - 1, 150);
});

test('--limit saves exactly so many alerts, and commits nothing above them', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(3);
  const group = unique('group');
  await produce(
    topic,
    Array.from({ length: 900 }, (_, i) => ({ value: jsonAlert(i), partition: i % 3 })),
  );
  const args = [topic, '-d', dir, '-g', group, '--workers', '3', '--batch-size', '50'];
  const first = await runClient(t, [...args, '--limit', '137']);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(filesIn(dir).length, 137);
  const { committed } = await groupOffsets(group, topic, 3);
  assert.equal(
    committed.reduce((sum, offset) => sum + offset, 0),
    137,
  );
  const rest = await runClient(t, [...args, '--until-end']);
  assert.equal(rest.code, 0, rest.stderr);
  assert.equal(filesIn(dir).length, 900);
});

test('a pattern picks up topics that appear later, and reads them from their beginning even with latest', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const night = unique('night');
  const old = await newTopic(1, {}, `${night}-1`);
  await produce(old, alerts(0, 3));
  const client = startClient(t, [
    `^${night}-.*`,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--start-at',
    'latest',
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ]);
  await client.says(/Assigned/);
  const later = await newTopic(1, {}, `${night}-2`);
  await produce(later, alerts(10, 4));
  await until('the later topic is saved', () => filesIn(dir).length === 4);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
  assert.ok(filesIn(dir).every((file) => file.startsWith(later)));
});

test('a committed offset that has expired is told of, with the number lost, and not skipped silently', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, alerts(0, 10));
  const first = await runClient(t, [topic, '-d', dir, '-g', group, '--until-end']);
  assert.equal(first.code, 0, first.stderr);
  await produce(topic, alerts(10, 20));
  await deleteRecords({ topic, partition: 0, offset: 25 });
  const stopped = await runClient(t, [topic, '-d', dir, '-g', group, '--until-end', '--on-gap', 'stop']);
  assert.equal(stopped.code, 1);
  assert.deepEqual((await groupOffsets(group, topic)).committed, [10]);
  const second = await runClient(t, [topic, '-d', dir, '-g', group, '--until-end']);
  assert.equal(second.code, 0, second.stderr);
  assert.match(
    second.stderr,
    new RegExp(
      `15 offsets of ${topic}/0 are lost: reading was to go on at 10, but the broker keeps them only from 25 on`,
    ),
  );
  assert.equal(filesIn(dir).length, 15);
});

for (const kind of ['json', 'ndjson'] as const)
  test(`${kind}: what a killed client has saved and not committed is not lost when it expires`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const topic = await newTopic();
    const group = unique('group');
    await produce(topic, alerts(0, 20));
    const args = [topic, '-d', dir, '-g', group, '--until-end', ...outputOptions(kind)];
    const first = await runClient(t, args);
    assert.equal(first.code, 0, first.stderr);
    await setBack(group, topic, 5);
    await produce(topic, alerts(20, 10));
    await deleteRecords({ topic, partition: 0, offset: 15 });
    const second = await runClient(t, [...args, '--on-gap', 'stop']);
    assert.equal(second.code, 0, second.stderr);
    assert.doesNotMatch(second.stderr, /are lost/);
    await setBack(group, topic, 12);
    await produce(topic, alerts(30, 10));
    await deleteRecords({ topic, partition: 0, offset: 35 });
    const third = await runClient(t, args);
    assert.equal(third.code, 0, third.stderr);
    assert.match(third.stderr, /"5 offsets of \S+ are lost: reading was to go on at 30, .* from 35 on/);
    assert.deepEqual(savedAlerts(dir, kind), [...numbersBelow(30), 35, 36, 37, 38, 39]);
    const { findings } = await verifyFolder(dir);
    assert.ok(findings.clean, JSON.stringify(findings.faults));
  });

test('a file that a killed client has not committed, and that is not there, is lost when it expires', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, alerts(0, 20));
  const args = [topic, '-d', dir, '-g', group, '--until-end'];
  const first = await runClient(t, args);
  assert.equal(first.code, 0, first.stderr);
  await setBack(group, topic, 5);
  await deleteRecords({ topic, partition: 0, offset: 15 });
  rmSync(join(dir, topic, '8.json'));
  const second = await runClient(t, args);
  assert.match(second.stderr, /"7 offsets of \S+ are lost: reading was to go on at 8, .* from 15 on/);
});

test('offsets that expire while the client is behind are told of, and all that the broker still has is saved', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  const padding = 'x'.repeat(100_000);
  await produce(
    topic,
    Array.from({ length: 100 }, (_, i) => ({ value: jsonAlert(i, { padding }) })),
  );
  const folder = newFolder(t);
  const [hook, goOn] = [join(folder, 'hook.mjs'), join(folder, 'go-on')];
  writeFileSync(
    hook,
    `import { existsSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    export async function processAlert() {
      while (!existsSync(${JSON.stringify(goOn)})) await sleep(25);
    }`,
  );
  const client = startClient(t, [
    ...[topic, '-d', dir, '-g', group, '--until-end', '--process', hook],
    ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
    ...['--batch-size', '5', '--max-in-flight-bytes', '1MB', '-X', 'queued.max.messages.kbytes=1000'],
  ]);
  await client.says(/Assigned/);
  await deleteRecords({ topic, partition: 0, offset: 90 });
  writeFileSync(goOn, '');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  const [, lost] = /(\d+) offsets of \S+ are lost: .* from 90 on/.exec(stderr) ?? [];
  const files = filesIn(dir);
  assert.equal(files.length, 100 - Number(lost), stderr);
  for (let candid = 90; candid < 100; candid++) assert.ok(files.includes(join(topic, `${candid}.json`)));
  assert.deepEqual((await groupOffsets(group, topic)).committed, [100]);
});
