import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Client, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import {
  groupOffsets,
  newTopic,
  produce,
  skipKafka,
  type TestMessage,
  testKafka,
  unique,
} from '../support/kafka.ts';
import { coverage, rangesIn } from '../support/segments.ts';

/** The shortest that is not taken for a slow machine; what hangs ends with 1 then. */
const patience = ['--shutdown-timeout', '8s'];
const alerts = (from: number, count: number): TestMessage[] =>
  Array.from({ length: count }, (_, i) => ({ value: jsonAlert(from + i) }));
const tombstone: TestMessage = { value: null };
/** Names a schema that nobody knows, so its batch waits. */
const waits: TestMessage = { value: Buffer.from([0, 0, 0, 16, 146, 0]) };

/** Where alerts go: the pipe, or segments in a folder. */
function outputs(t: TestContext): { name: string; args: readonly string[]; dir: string | null }[] {
  const ndjson = newFolder(t);
  const parquet = newFolder(t);
  return [
    { name: 'the pipe', args: ['-d', '-'], dir: null },
    { name: 'ndjson', args: ['-d', ndjson, '--output', 'ndjson'], dir: ndjson },
    { name: 'parquet', args: ['-d', parquet, '--output', 'parquet'], dir: parquet },
  ];
}

function started(t: TestContext, args: readonly string[]): Client {
  return startClient(t, [...args, ...patience, '--bootstrap-servers', testKafka().bootstrap.plaintext]);
}

test('--limit ends at once where a tombstone or a marker stands behind the last alert', {
  skip: skipKafka,
}, async (t) => {
  const tombstoned = await newTopic();
  await produce(tombstoned, [...alerts(0, 10), tombstone, ...alerts(10, 100)]);
  const marked = await newTopic();
  await produce(marked, alerts(0, 10), 'commit');
  await produce(marked, alerts(10, 100), 'commit');
  for (const [topic, why, end] of [
    [tombstoned, 'tombstone', 111],
    [marked, 'missing', 112],
  ] as const) {
    for (const { name, args, dir } of outputs(t)) {
      const all = [topic, ...args, '-g', unique('group'), ...patience];
      const { code, stderr } = await runClient(t, [...all, '--limit', '10']);
      assert.equal(code, 0, `${name}, ${why}: ${stderr}`);
      const group = all[all.indexOf('-g') + 1] as string;
      assert.deepEqual((await groupOffsets(group, topic)).committed, [11], `${name}, ${why}`);
      const rest = await runClient(t, [...all, '--until-end']);
      assert.equal(rest.code, 0, rest.stderr);
      assert.match(rest.stderr, /\b100 alerts/);
      if (dir === null) continue;
      assert.deepEqual(coverage(rangesIn(join(dir, topic, '0'))), [
        ...Array<null>(10).fill(null),
        why,
        ...Array<null>(100).fill(null),
        ...Array<string>(end - 111).fill('missing'),
      ]);
    }
  }
});

test('Ctrl-C ends at once where a tombstone or a marker stands before a message that waits', {
  skip: skipKafka,
}, async (t) => {
  const tombstoned = await newTopic();
  await produce(tombstoned, [...alerts(0, 5), tombstone, waits, ...alerts(5, 5)]);
  const marked = await newTopic();
  await produce(marked, alerts(0, 5), 'commit');
  await produce(marked, [waits, ...alerts(5, 5)]);
  for (const topic of [tombstoned, marked]) {
    for (const { name, args } of outputs(t)) {
      const group = unique('group');
      const client = started(t, [topic, ...args, '-g', group]);
      await client.says(/waits at offset 6/);
      client.process.kill('SIGINT');
      const { code, stderr } = await client.ended;
      assert.equal(code, 0, `${name}: ${stderr}`);
      assert.deepEqual((await groupOffsets(group, topic)).committed, [6], name);
    }
  }
});

test('a partition that waits behind a tombstone or a marker does not hold up the group', {
  skip: skipKafka,
}, async (t) => {
  for (const { name, args } of outputs(t).slice(0, 2)) {
    const topic = await newTopic(2);
    const group = unique('group');
    await produce(topic, [...alerts(0, 5), tombstone], 'commit');
    await produce(topic, [waits, ...alerts(5, 5)]);
    const member = [topic, '-g', group, '-X', 'heartbeat.interval.ms=300'];
    const stays = startClient(t, [
      ...[...member, ...args, '--shutdown-timeout', '60s'],
      ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
    ]);
    await stays.says(/waits at offset 7/);
    const guest = started(t, [...member, '-d', '-']);
    // As long as the one that stays has for it, before.
    await guest.says(/Assigned/, 30_000);
    assert.deepEqual((await groupOffsets(group, topic, 2)).committed.slice(0, 1), [7], name);
    stays.process.kill('SIGKILL');
    guest.process.kill('SIGKILL');
  }
});
