import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cliFile, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const idsOf = (text: string): number[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { candid: number }).candid);

/** The client in front of another program, as a shell joins them. */
async function piped(
  t: TestContext,
  args: readonly string[],
  reader: string,
): Promise<{ code: string; stdout: string; stderr: string }> {
  const status = join(newFolder(t), 'status');
  const script = `{ "$@"; echo $? >&3; } 3>"${status}" | ${reader}; cat "${status}" >&2`;
  const command = [
    process.execPath,
    cliFile,
    ...args,
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ];
  const shell = spawn('sh', ['-c', script, 'sh', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { stdout: '', stderr: '' };
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (told.stdout += text));
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (told.stderr += text));
  await once(shell, 'close');
  return { code: told.stderr.trimEnd().split('\n').at(-1) ?? '', ...told };
}

test('alerts come out one a line, in offset order, and nothing else is on standard output', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  const group = unique('group');
  await produce(
    topic,
    upTo(2_000).map((i) => ({ value: jsonAlert(i), partition: i % 2 })),
  );
  await produce(topic, [{ value: null }, { value: jsonAlert(2_000) }], 'commit');
  const args = [topic, '-d', '-', '-g', group, '--until-end', '--workers', '2', '-v', '--batch-size', '50'];
  const { code, stdout, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  const ids = idsOf(stdout);
  for (const partition of [0, 1]) {
    const own = ids.filter((id) => id % 2 === partition);
    assert.deepEqual(
      own,
      upTo(2_001).filter((id) => id % 2 === partition),
    );
  }
  assert.deepEqual((await groupOffsets(group, topic, 2)).committed, [1_003, 1_000]);
});

test('a replay of some partitions from a given place comes out, and the group keeps its place', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  const group = unique('group');
  await produce(
    topic,
    upTo(20).map((i) => ({ value: jsonAlert(i), partition: i % 2 })),
  );
  const args = [topic, '-d', '-', '-g', group, '--until-end'];
  const { code, stdout, stderr } = await runClient(t, [
    ...args,
    ...['--replay', '--partitions', '1', '--start-at', 'last-3'],
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(idsOf(stdout), [15, 17, 19]);
  assert.equal(idsOf((await runClient(t, args)).stdout).length, 20, 'nothing was committed');
});

test('a reader that has enough ends the client, which is no failure', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  const group = unique('group');
  await produce(
    topic,
    upTo(3_000).map((i) => ({ value: jsonAlert(i, { filler: 'x'.repeat(1_000) }) })),
  );
  const { code, stdout, stderr } = await piped(t, [topic, '-d', '-', '-g', group], 'head -3');
  assert.equal(code, '0', stderr);
  assert.deepEqual(idsOf(stdout), [0, 1, 2]);
  assert.doesNotMatch(stderr, /EPIPE|ERROR/);
  const [committed = 0] = (await groupOffsets(group, topic)).committed;
  assert.ok(committed < 3_000, `${committed} are committed`);
});

test('a slow reader slows reading down, membership stays, and all comes out', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const group = unique('group');
  const count = 2_000;
  await produce(
    topic,
    upTo(count).map((i) => ({ value: jsonAlert(i, { filler: 'x'.repeat(1_000) }) })),
  );
  const client = startClient(t, [
    ...[topic, '-d', '-', '-g', group, '--until-end', '--max-in-flight-bytes', '100kB', '--batch-size', '20'],
    ...[
      '-X',
      'session.timeout.ms=2000',
      '-X',
      'max.poll.interval.ms=3000',
      '-X',
      'heartbeat.interval.ms=300',
    ],
    ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
  ]);
  client.process.stdout?.pause();
  const startMs = performance.now();
  // Longer than the group waits for a member that does not poll.
  await until('it has waited', () => performance.now() - startMs > 5_000);
  const [committed = 0] = (await groupOffsets(group, topic)).committed;
  assert.ok(committed < count / 2, `${committed} are committed, and nobody has read them`);
  client.process.stdout?.resume();
  const { code, stdout, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(idsOf(stdout), upTo(count));
  assert.deepEqual((await groupOffsets(group, topic)).committed, [count]);
});

test('alerts larger than a pipe come out whole', { skip: skipKafka }, async (t) => {
  const topic = await newTopic(1, { 'max.message.bytes': '10000000' });
  await produce(
    topic,
    upTo(5).map((i) => ({ value: jsonAlert(i, { filler: 'x'.repeat(3_000_000) }) })),
  );
  const args = [topic, '-d', '-', '-g', unique('group'), '--until-end'];
  const { code, stdout, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  assert.deepEqual(idsOf(stdout), upTo(5));
});

test('stopped by a signal, what came out is committed and comes only once', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const args = [topic, '-d', '-', '-g', unique('group')];
  await produce(
    topic,
    upTo(500).map((i) => ({ value: jsonAlert(i) })),
  );
  const client = startClient(t, [...args, '--bootstrap-servers', testKafka().bootstrap.plaintext]);
  await once(client.process.stdout as NodeJS.ReadableStream, 'data');
  client.process.kill('SIGTERM');
  const first = await client.ended;
  assert.equal(first.code, 0, first.stderr);
  const second = await runClient(t, [...args, '--until-end']);
  assert.equal(second.code, 0, second.stderr);
  assert.deepEqual([...idsOf(first.stdout), ...idsOf(second.stdout)], upTo(500));
});

test('--limit and hooks work on standard output; a bad message stops it', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  await produce(
    topic,
    upTo(50).map((i) => ({ value: i === 40 ? Buffer.from('{') : jsonAlert(i) })),
  );
  const hook = join(newFolder(t), 'even.mjs');
  writeFileSync(
    hook,
    'export const processAlert = ({ candid }) => (candid % 2n === 0n ? undefined : false);',
  );
  const args = [topic, '-d', '-', '-g', unique('group'), '--process', hook];
  const limited = await runClient(t, [...args, '--limit', '10']);
  assert.equal(limited.code, 0, limited.stderr);
  assert.deepEqual(
    idsOf(limited.stdout),
    upTo(10).map((i) => 2 * i),
  );
  const stopped = await runClient(t, [...args, '--until-end']);
  assert.equal(stopped.code, 1);
  assert.match(stopped.stderr, /offset 40 could not be saved/);
  assert.deepEqual(
    idsOf(stopped.stdout),
    upTo(10).map((i) => 20 + 2 * i),
  );
});
