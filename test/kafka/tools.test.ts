import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { AlertConsumer, type ConsumedMessage } from '../../src/broker/consumer.ts';
import { readSome } from '../../src/broker/read-some.ts';
import { openContainer } from '../../src/worker/decode/avro/container.ts';
import { SchemaCache } from '../../src/worker/decode/avro/schema-cache.ts';
import { simulateNight } from '../../src/simulate/night.ts';
import { type ClientEnd, jsonAlert, newFolder, refused, runClient, startClient } from '../support/client.ts';
import {
  addAcl,
  bob,
  deleteRecords,
  groupOffsets,
  newTopic,
  produce,
  skipKafka,
  testKafka,
  unique,
} from '../support/kafka.ts';
import { putSegment } from '../support/output-folder.ts';
import { layoutFiles } from '../support/segments.ts';

const startMs = Date.parse('2026-11-24T03:00:00Z');

/** Alerts of the first partition a second apart, and one of the second. */
async function filledTopic(count: number): Promise<string> {
  const topic = await newTopic(2);
  await produce(topic, [
    ...Array.from({ length: count }, (_, i) => ({ value: jsonAlert(i), timestampMs: startMs + 1_000 * i })),
    { value: jsonAlert(99), partition: 1, timestampMs: startMs + 500 },
  ]);
  return topic;
}

/** Lines of JSON. */
function rowsOf({ stdout }: ClientEnd): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** All messages of a topic of two partitions. */
async function messagesOf(topic: string): Promise<ConsumedMessage[]> {
  const consumer = new AlertConsumer({
    'bootstrap.servers': testKafka().bootstrap.plaintext,
    'group.id': unique('reader'),
    'enable.partition.eof': true,
  });
  await consumer.connect(15_000);
  const found: ConsumedMessage[] = [];
  try {
    await readSome(
      consumer,
      [0, 1].map((partition) => ({ topic, partition, offset: 0 })),
      new AbortController().signal,
      (message) => {
        found.push(message);
        return 'more';
      },
    );
  } finally {
    await consumer.disconnect();
  }
  return found.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

test('topics lists partitions, counts, times and sizes, as a table of 80 columns and as JSON', {
  skip: skipKafka,
}, async (t) => {
  const topic = await filledTopic(10);
  const json = await runClient(t, ['topics', topic, '--json']);
  assert.equal(json.code, 0, json.stderr);
  assert.deepEqual(rowsOf(json), [
    {
      ...{ topic, partitions: 2, messages: 11 },
      first: '2026-11-24T03:00:00.000Z',
      last: '2026-11-24T03:00:09.000Z',
      estimatedBytes: 138,
    },
  ]);
  const table = await runClient(t, ['topics', `^${topic}$`]);
  assert.match(table.stdout, new RegExp(`^ *2 +11 +~138 B  2026-11-24  2026-11-24 03:00  ${topic}$`, 'm'));
  for (const line of table.stdout.split('\n')) assert.ok(line.length <= 80, line);
  const none = await runClient(t, ['topics', '(']);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /no regular expression/);
});

test('topics tells an empty topic, and one whose last offsets are transaction markers', {
  skip: skipKafka,
}, async (t) => {
  const empty = await newTopic();
  const marked = await newTopic();
  await produce(marked, [{ value: jsonAlert(1), timestampMs: startMs }], 'commit');
  const rows = rowsOf(await runClient(t, ['topics', `^(${empty}|${marked})$`, '--json']));
  assert.deepEqual(
    new Map(rows.map(({ topic, messages, last }) => [topic, [messages, last]])),
    new Map<unknown, unknown>([
      [empty, [0, null]],
      [marked, [2, '2026-11-24T03:00:00.000Z']],
    ]),
  );
});

test('lag shows how far a group is behind and what has expired, and ends with 0', {
  skip: skipKafka,
}, async (t) => {
  const topic = await filledTopic(10);
  const group = unique('group');
  const read = await runClient(t, [topic, '-g', group, '-d', newFolder(t), '--until-end']);
  assert.equal(read.code, 0, read.stderr);
  await produce(topic, [{ value: jsonAlert(10) }, { value: jsonAlert(11) }, { value: jsonAlert(12) }]);
  await deleteRecords({ topic, partition: 0, offset: 11 });
  const json = await runClient(t, ['lag', '-g', group, '--json']);
  assert.equal(json.code, 0, json.stderr);
  assert.deepEqual(rowsOf(json), [
    { topic, partition: 0, committed: 10, end: 13, lag: 2, expired: 1 },
    { topic, partition: 1, committed: 1, end: 1, lag: 0, expired: 0 },
  ]);
  const table = await runClient(t, ['lag', '-g', group]);
  assert.match(table.stdout, new RegExp(`^ +0 +10 +13 +2  ${topic} \\(1 expired unread\\)$`, 'm'));
  assert.match(table.stdout, /^ +2 {2}in all$/m);
  const none = await runClient(t, ['lag', '-g', unique('group')]);
  assert.equal(none.code, 0);
  assert.match(none.stderr, /has committed nothing/);
});

test('peek shows the newest alerts of all partitions and leaves the group as it was', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  await produce(topic, [
    { value: jsonAlert(1), timestampMs: startMs },
    { value: jsonAlert(2), timestampMs: startMs + 2_000 },
    { value: jsonAlert(3), timestampMs: startMs + 1_000, partition: 1 },
  ]);
  const group = unique('group');
  const end = await runClient(t, ['peek', topic, '-n', '2', '--indent', '0', '-g', group]);
  assert.equal(end.code, 0, end.stderr);
  assert.equal(end.stdout, '{"candid":3}\n{"candid":2}\n');
  assert.match(end.stderr, new RegExp(`${topic}/0 offset 1, 2026-11-24T03:00:02.000Z`));
  assert.deepEqual((await groupOffsets(group, topic, 2)).committed, [-1001, -1001]);
});

test('lag counts what the group has to read of partitions of which it has committed nothing', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  await produce(topic, [{ value: jsonAlert(0) }, { value: jsonAlert(1), partition: 1 }]);
  const group = unique('group');
  const read = await runClient(t, [
    ...[topic, '-g', group, '-d', newFolder(t), '--partitions', '0', '--until-end'],
  ]);
  assert.equal(read.code, 0, read.stderr);
  assert.deepEqual(rowsOf(await runClient(t, ['lag', '-g', group, '--json'])), [
    { topic, partition: 0, committed: 1, end: 1, lag: 0, expired: 0 },
    { topic, partition: 1, committed: null, end: 1, lag: 1, expired: 0 },
  ]);
  const table = await runClient(t, ['lag', '-g', group]);
  assert.match(table.stdout, new RegExp(`^ +1 +– +1 +1  ${topic}$`, 'm'));
});

test('peek finds the newest alert behind tombstones and transactions that were given up', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(7) }]);
  await produce(
    topic,
    Array.from({ length: 30 }, (_, i) => ({ key: Buffer.from(`k${i}`), value: null })),
  );
  await produce(topic, [{ value: jsonAlert(8) }], 'abort');
  const end = await runClient(t, ['peek', topic, '-n', '1', '--indent', '0']);
  assert.equal(end.code, 0, end.stderr);
  assert.equal(end.stdout, '{"candid":7}\n');
});

test('peek decodes real formats, and tells of a message that it cannot decode with exit code 1', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const [alert] = simulateNight({ survey: 'ztf', seed: 5, count: 1 });
  assert.ok(alert);
  await produce(topic, [{ value: alert.value }, { value: Buffer.from('nonsense') }]);
  const { code, stdout, stderr } = await runClient(t, ['peek', topic]);
  assert.equal(code, 1, stderr);
  assert.equal(String((JSON.parse(stdout) as { objectId: unknown }).objectId).slice(0, 3), 'ZTF');
  assert.match(stderr, /offset 1 cannot be decoded: No known format/);
  const schema = await runClient(t, ['schema', topic]);
  assert.equal(schema.code, 1);
  const missing = await runClient(t, ['peek', `${topic}-x`]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, new RegExp(`${topic}-x does not exist.*Similar: ${topic}`));
});

test('schema shows what the newest message of a topic was written with', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  const [alert] = simulateNight({ survey: 'ztf', seed: 5, count: 1 });
  assert.ok(alert);
  await produce(topic, [{ value: alert.value }]);
  const { code, stdout, stderr } = await runClient(t, ['schema', topic]);
  assert.equal(code, 0, stderr);
  assert.equal((JSON.parse(stdout) as { type: string }).type, 'record');
});

test('what the broker refuses while a tool is at work is told in one sentence', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const group = unique('forbidden');
  await produce(topic, [{ value: jsonAlert(1) }]);
  await addAcl('--allow-principal', 'User:bob', '--operation', 'Describe', '--topic', topic);
  await addAcl('--deny-principal', 'User:bob', '--operation', 'All', '--group', group);
  for (const tool of [
    ['peek', topic],
    ['schema', topic],
    ['topics', topic],
  ])
    await refused(startClient(t, [...tool, ...bob.args()], bob.env), /may not read the topic/);
  const { code, stderr } = await startClient(t, ['lag', '-g', group, ...bob.args()], bob.env).ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /no right to the group: give another one with --group/);
  assert.doesNotMatch(stderr, /client itself|\n {4}at /);
});

test('peek and schema want no right to the group, for they read outside of it', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const group = unique('forbidden');
  const [alert] = simulateNight({ survey: 'ztf', seed: 5, count: 1 });
  assert.ok(alert);
  await produce(topic, [{ value: alert.value }]);
  await addAcl('--deny-principal', 'User:bob', '--operation', 'All', '--group', group);
  for (const tool of ['peek', 'schema']) {
    const args = [tool, topic, '-g', group, ...bob.args()];
    const { code, stderr } = await startClient(t, args, bob.env).ended;
    assert.equal(code, 0, stderr);
  }
});

/** A folder of raw segments of a topic, and its messages. */
async function recorded(
  t: TestContext,
  spreadMs: number,
): Promise<{ dir: string; topic: string; sent: ConsumedMessage[] }> {
  const topic = await newTopic(2);
  const key = randomBytes(12);
  await produce(topic, [
    { value: jsonAlert(1), timestampMs: startMs, key, headers: [{ a: 'é' }, { a: 'twice' }] },
    { value: null, timestampMs: startMs + spreadMs / 2, key },
    { value: jsonAlert(2), timestampMs: startMs + spreadMs / 4, partition: 1 },
    { value: randomBytes(100_000), timestampMs: startMs + spreadMs },
  ]);
  const dir = newFolder(t);
  const end = await runClient(t, [
    ...[topic, '-d', dir, '-g', unique('group'), '--until-end'],
    ...['--output', 'raw', '--segment-alerts', '2'],
  ]);
  assert.equal(end.code, 0, end.stderr);
  return { dir, topic, sent: await messagesOf(topic) };
}

/** The folder as it would be of a topic that is not there yet. Its records are gone, so the folder's name counts. */
function renamed(t: TestContext, dir: string, topic: string, name: string): string {
  const copy = newFolder(t);
  cpSync(join(dir, topic), join(copy, name), {
    recursive: true,
    filter: (path) => !path.endsWith('.record'),
  });
  return copy;
}

test('replay sends raw segments again: partition, key, headers, timestamp and order are kept', {
  skip: skipKafka,
}, async (t) => {
  const { dir, topic, sent } = await recorded(t, 400_000);
  assert.ok(readdirSync(join(dir, topic, '0')).filter((name) => name.endsWith('.raw')).length > 1);
  const again = unique('topic');
  const copy = renamed(t, dir, topic, again);
  const { code, stderr } = await runClient(t, ['replay', copy, '--speed', 'full']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`4 messages .* in .* s to .*: ${again}`));
  assert.deepEqual(
    await messagesOf(again),
    sent.map((message) => ({ ...message, topic: again })),
  );
});

test('replay makes a message of each alert of Avro segments, with its bytes and schema, and says what is not kept', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  const alerts = [...simulateNight({ survey: 'ztf', seed: 5, count: 5 })];
  await produce(
    topic,
    alerts.map(({ value }, i) => ({ value, partition: i % 2, key: Buffer.from('key') })),
  );
  const dir = newFolder(t);
  const again = unique('topic');
  const saved = await runClient(t, [
    ...[topic, '-d', dir, '-g', unique('group'), '--until-end'],
    ...['--output', 'avro', '--compress', 'zstd', '--segment-alerts', '2'],
  ]);
  assert.equal(saved.code, 0, saved.stderr);
  const { code, stderr } = await runClient(t, ['replay', renamed(t, dir, topic, again)]);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /5 messages were made of .* Avro segments, which keep neither keys, headers, timestamps/,
  );
  const recordOf = ({ partition, value }: ConsumedMessage): unknown => {
    const { schema, blocks } = openContainer(Buffer.from(value ?? []), new SchemaCache());
    return { partition, schema: schema.shape, records: blocks.map(({ bytes }) => bytes.toString('hex')) };
  };
  const [sent, got] = [await messagesOf(topic), await messagesOf(again)];
  assert.equal(got.length, 5);
  assert.ok(got.every(({ key }) => key === null));
  assert.deepEqual(JSON.stringify(got.map(recordOf)), JSON.stringify(sent.map(recordOf)));
});

test('replay finds the Avro files that --path put elsewhere, and says which one is gone', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  const alerts = [...simulateNight({ survey: 'ztf', seed: 5, count: 20, stamps: false, history: 1 })];
  await produce(
    topic,
    alerts.map(({ value }, i) => ({ value, partition: i % 2 })),
  );
  const dir = newFolder(t);
  const saved = await runClient(t, [
    ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'avro', '--segment-alerts', '6'],
    ...['--path', 'by-filter/{candidate.fid}'],
  ]);
  assert.equal(saved.code, 0, saved.stderr);
  const files = layoutFiles(dir);
  assert.match(saved.stderr, new RegExp(`20 alerts saved in ${files.length} files`));
  const { code, stderr } = await runClient(t, ['replay', dir]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /20 messages .* in .* s to/);
  const recordsOf = ({ partition, value }: ConsumedMessage): string => {
    const { blocks } = openContainer(Buffer.from(value ?? []), new SchemaCache());
    return `${partition} ${blocks.map(({ bytes }) => bytes.toString('hex')).join(' ')}`;
  };
  // What was sent stands in the topic, and behind it all of it once more.
  const there = (await messagesOf(topic)).map(recordsOf).sort();
  assert.deepEqual(
    there.filter((_, i) => i % 2 === 0),
    there.filter((_, i) => i % 2 === 1),
  );
  assert.equal(new Set(there).size, 20);
  rmSync(join(dir, files[0] ?? ''));
  const gone = await runClient(t, ['replay', dir]);
  assert.equal(gone.code, 1);
  assert.match(
    gone.stderr,
    new RegExp(`${files[0] ?? ''} is not there, and a record tells of it; nothing was sent`),
  );
});

test('replay sends nothing to a topic that has fewer partitions than its segments, and tells those that it leaves out', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  const dir = newFolder(t);
  putSegment(dir, { topic, partition: 0, first: 0, last: 4, extension: 'raw' });
  putSegment(dir, { topic, partition: 0, first: 5, last: 9, extension: 'ndjson' });
  const { code, stderr } = await runClient(t, ['replay', dir]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Segments that are neither raw nor Avro are left out: 1, such as .*5\.ndjson\./);
  assert.equal((await messagesOf(topic)).length, 5);
  putSegment(dir, { topic, partition: 2, first: 0, last: 4, extension: 'raw' });
  const few = await runClient(t, ['replay', dir]);
  assert.equal(few.code, 1, few.stderr);
  assert.match(few.stderr, /has 2 partitions at .*, and its segments are of 3; nothing was sent/);
  assert.equal((await messagesOf(topic)).length, 5);
});

test('replay keeps the pace at which messages came, or a factor of it', { skip: skipKafka }, async (t) => {
  const { dir, topic } = await recorded(t, 20_000);
  const copy = renamed(t, dir, topic, unique('topic'));
  const { code, stderr } = await runClient(t, ['replay', copy, '--speed', '10']);
  assert.equal(code, 0, stderr);
  // It can be later than that, never earlier: what is measured is the wait, not the machine.
  const seconds = Number(/ in ([\d.]+) s to /.exec(stderr)?.[1]);
  assert.ok(seconds >= 2, stderr);
});

test('replay sends to the topic that the records name, and refuses what it cannot use', {
  skip: skipKafka,
}, async (t) => {
  const { dir, topic, sent } = await recorded(t, 0);
  const { code, stderr } = await runClient(t, ['replay', dir]);
  assert.equal(code, 0, stderr);
  assert.equal((await messagesOf(topic)).length, 2 * sent.length);
  const empty = await runClient(t, ['replay', newFolder(t)]);
  assert.equal(empty.code, 2);
  assert.match(empty.stderr, /no raw or Avro segments/);
  const speed = await runClient(t, ['replay', dir, '--speed', '-1']);
  assert.equal(speed.code, 2);
  assert.match(speed.stderr, /--speed -1 cannot be used/);
});
