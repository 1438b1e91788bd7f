import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { jsonAlert, newFolder, refused, runClient, startClient } from '../support/client.ts';
import { addAcl, bob, groupOffsets, newTopic, produce, skipKafka, unique } from '../support/kafka.ts';

const alerts = (from: number, count: number): { value: Buffer }[] =>
  Array.from({ length: count }, (_, i) => ({ value: jsonAlert(from + i, { even: (from + i) % 2 === 0 }) }));

test('--dry-run begins where the group is, tells what would be saved, and leaves no trace', {
  skip: skipKafka,
}, async (t) => {
  const dir = join(newFolder(t), 'alerts');
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, alerts(0, 10));
  const first = await runClient(t, [topic, '-g', group, '-d', '-', '--limit', '4']);
  assert.equal(first.code, 0, first.stderr);
  for (const output of [
    ['-d', dir],
    ['-d', dir, '--output', 'parquet'],
    ['-d', '-'],
  ]) {
    const args = [topic, '-g', group, '--until-end', ...output, '--where', 'even', '--dry-run'];
    const { code, stderr, stdout } = await runClient(t, args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Would have saved 3 alerts .*3 filtered.*Nothing was written or committed\./);
    assert.match(stderr, /"dryRun":true/);
    assert.equal(stdout, '');
    assert.ok(!existsSync(dir), 'no folder is made');
  }
  assert.deepEqual((await groupOffsets(group, topic)).committed, [4]);
});

test('--dry-run calls the hook, and tells what would be a dead letter', { skip: skipKafka }, async (t) => {
  const folder = newFolder(t);
  const dir = join(folder, 'alerts');
  const seen = join(folder, 'seen');
  const hook = join(folder, 'hook.mjs');
  writeFileSync(
    hook,
    `import { appendFileSync } from 'node:fs';
     export function processAlert(alert) { appendFileSync(${JSON.stringify(seen)}, 'x'); if (alert.candid === 1n || alert.candid === 1) return false; }`,
  );
  const topic = await newTopic();
  await produce(topic, [...alerts(0, 3), { value: Buffer.from('{broken') }]);
  const { code, stderr } = await runClient(t, [
    ...[topic, '-g', unique('group'), '--until-end', '-d', dir, '--process', hook, '--dry-run'],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /it would be kept as a dead letter/);
  assert.match(stderr, /Would have saved 2 alerts .*1 filtered, 1 dead letter in/);
  assert.equal(readFileSync(seen, 'utf8'), 'xxx');
  assert.ok(!existsSync(dir), 'no folder is made');
});

test('--dry-run on a topic that does not exist is an error', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  const { code, stderr } = await runClient(t, [`${topic}x`, '-g', unique('group'), '--dry-run']);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /does not exist/);
});

test('--dry-run with a group that the user may not use ends with 1, and names it', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  await produce(topic, alerts(0, 2));
  const group = unique('forbidden');
  await addAcl('--deny-principal', 'User:bob', '--operation', 'All', '--group', group);
  const dir = join(newFolder(t), 'alerts');
  const args = [topic, '-g', group, '-d', dir, '--dry-run', '--until-end'];
  await refused(startClient(t, [...args, ...bob.args()], bob.env), /may not use the group.*--group/s);
  assert.ok(!existsSync(dir), 'no folder is made');
});
