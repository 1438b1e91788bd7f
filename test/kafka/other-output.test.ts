import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { verifyFolder } from '../../src/verify/verify.ts';
import { jsonAlert, newFolder, runClient } from '../support/client.ts';
import {
  groupOffsets,
  newTopic,
  produce,
  remakeTopic,
  skipKafka,
  type TestMessage,
  unique,
} from '../support/kafka.ts';
import { numbersBelow, savedAlerts } from '../support/saved.ts';

const skip = skipKafka;
const both = [
  ['json', 'ndjson'],
  ['ndjson', 'json'],
] as const;
type Output = (typeof both)[number][number];
const numbered = (from: number, count: number): TestMessage[] =>
  numbersBelow(count).map((i) => ({ value: jsonAlert(from + i) }));
const between = (from: number, to: number): number[] => numbersBelow(to).slice(from);

/** Reads to the end that is there, and tells what it said. */
async function read(t: TestContext, output: Output, args: readonly string[], code = 0): Promise<string> {
  const end = await runClient(t, [...args, '--output', output, '--until-end']);
  assert.equal(end.code, code, end.stderr);
  return end.stderr;
}

/** What a folder holds in both forms, sorted, each as often as it is there. */
const allIn = (dir: string): number[] =>
  [...savedAlerts(dir, 'json'), ...savedAlerts(dir, 'ndjson')].sort((a, b) => a - b);

async function committed(group: string, topic: string): Promise<number | undefined> {
  return (await groupOffsets(group, topic)).committed[0];
}

/** A folder that a run with `output` saved 0 to 9 to, and could commit only up to 5. */
async function cutOff(
  t: TestContext,
  output: Output,
): Promise<{ topic: string; dir: string; group: string }> {
  const [topic, dir, group] = [await newTopic(), newFolder(t), unique('group')];
  const args = [topic, '-d', dir, '-g', group];
  await produce(topic, numbered(0, 5));
  await read(t, output, args);
  await produce(topic, numbered(5, 5));
  await read(t, output, [...args, '--replay', '--start-at', 'committed']);
  assert.equal(await committed(group, topic), 5);
  return { topic, dir, group };
}

for (const [first, second] of both) {
  test(`what ${first} has saved beyond the commit is not saved again as ${second}`, { skip }, async (t) => {
    const { topic, dir, group } = await cutOff(t, first);
    await produce(topic, numbered(10, 5));
    const stderr = await read(t, second, [topic, '-d', dir, '-g', group]);
    assert.match(stderr, /up to offset 9 already, with another --output; reading begins behind it/);
    assert.deepEqual(allIn(dir), numbersBelow(15));
    assert.equal(await committed(group, topic), 15);
    const { findings } = await verifyFolder(dir);
    assert.ok(findings.clean, JSON.stringify(findings.faults));
  });
}

/** A group at offset 20, and a folder that holds the last ten of a hundred messages as `output`. */
async function holed(t: TestContext, output: Output): Promise<{ topic: string; dir: string; group: string }> {
  const [topic, dir, group] = [await newTopic(), newFolder(t), unique('group')];
  await produce(topic, numbered(0, 20));
  await read(t, output, [topic, '-d', newFolder(t), '-g', group]);
  await produce(topic, numbered(20, 80));
  await read(t, output, [topic, '-d', dir, '-g', unique('group'), '--replay', '--start-at', 'last-10']);
  assert.deepEqual(allIn(dir), between(90, 100));
  return { topic, dir, group };
}

test('segments do not pass over a hole before files of the same folder, and go on when the files have no hole', {
  skip,
}, async (t) => {
  const { topic, dir, group } = await holed(t, 'json');
  const args = [topic, '-d', dir, '-g', group];
  const stderr = await read(t, 'ndjson', args, 1);
  assert.match(stderr, /but not offsets 20 to 89, which this group comes to next .*--output json/);
  assert.equal(await committed(group, topic), 20);
  assert.deepEqual(allIn(dir), between(90, 100), 'nothing was saved twice');
  await read(t, 'json', args);
  await produce(topic, numbered(100, 5));
  await read(t, 'ndjson', args);
  assert.deepEqual(allIn(dir), between(20, 105));
});

test('files do not pass over a hole before segments of the same folder', { skip }, async (t) => {
  const { topic, dir, group } = await holed(t, 'ndjson');
  const stderr = await read(t, 'json', [topic, '-d', dir, '-g', group]);
  assert.match(
    stderr,
    /segments here end at offset 99, but do not hold offsets 20 to 89: reading begins at 20/,
  );
  assert.deepEqual(savedAlerts(dir, 'json'), between(20, 100));
  assert.equal(await committed(group, topic), 100);
});

for (const [first, second] of both) {
  test(`a topic that was made again is refused where its predecessor was saved as ${first} and ${second} is to be`, {
    skip,
  }, async (t) => {
    const [topic, dir, group] = [await newTopic(), newFolder(t), unique('group')];
    const args = [topic, '-d', dir, '-g', group];
    await produce(topic, numbered(0, 5));
    await read(t, first, args);
    await remakeTopic(topic, numbered(1_000, 8));
    const stderr = await read(t, second, args, 1);
    assert.match(stderr, /is not the topic that the output folder holds/);
    assert.deepEqual(allIn(dir), numbersBelow(5), 'nothing was added');
    assert.equal(await committed(group, topic), -1001, 'nothing was committed');
    const elsewhere = newFolder(t);
    await read(t, second, [topic, '-d', elsewhere, '-g', group]);
    assert.deepEqual(allIn(elsewhere), between(1_000, 1_008));
  });
}

test('segments go on behind no file that a power cut has taken, and behind all when it is saved again', {
  skip,
}, async (t) => {
  const { topic, dir, group } = await cutOff(t, 'json');
  for (const lost of [7, 8, 9]) rmSync(join(dir, topic, `${lost}.json`));
  const args = [topic, '-d', dir, '-g', group];
  const stderr = await read(t, 'ndjson', args, 1);
  assert.match(stderr, /7\.json .*of offset 7\b.*--output json/);
  assert.equal(await committed(group, topic), 5);
  await read(t, 'json', args);
  await read(t, 'ndjson', args);
  assert.deepEqual(allIn(dir), numbersBelow(10));
});
