import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type ClientEnd, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import {
  groupOffsets,
  newTopic,
  produce,
  setBack,
  skipKafka,
  type TestMessage,
  testKafka,
  unique,
  until,
} from '../support/kafka.ts';
import { numbersBelow, outputKinds, outputOptions, savedAlerts } from '../support/saved.ts';
import { recordsIn } from '../support/segments.ts';
import { join } from 'node:path';

const skip = skipKafka;
const HOUR_MS = 3_600_000;
/** The time of the message numbered 0; one follows every minute. */
const epochMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 100 * HOUR_MS;
const timeOf = (number: number): string => new Date(epochMs + number * 60_000).toISOString();

const minutely = (count: number, partitions = 1, from = 0): TestMessage[] =>
  Array.from({ length: count }, (_, i) => ({
    value: jsonAlert(from + i),
    partition: (from + i) % partitions,
    timestampMs: epochMs + (from + i) * 60_000,
  }));
const between = (from: number, to: number): number[] => numbersBelow(to).slice(from);

/** Reads to an end that is there, and tells what was saved. */
async function read(
  t: TestContext,
  topic: string,
  options: readonly string[],
  dir = newFolder(t),
): Promise<{ saved: number[]; stderr: string; dir: string }> {
  const { code, stderr } = await runClient(t, [topic, '-d', dir, ...options]);
  assert.equal(code, 0, stderr);
  return { saved: savedAlerts(dir, options.includes('ndjson') ? 'ndjson' : 'json'), stderr, dir };
}

async function refuses(
  t: TestContext,
  args: readonly string[],
  sentence: RegExp,
  code = 1,
): Promise<ClientEnd> {
  const end = await runClient(t, args);
  assert.equal(end.code, code, end.stderr);
  assert.match(end.stderr, sentence);
  return end;
}

test('a time, a time ago and the last messages begin there, whatever the group has committed', {
  skip,
}, async (t) => {
  // The third partition stays empty.
  const topic = await newTopic(3);
  const messages = minutely(60).map((each, i) => ({ ...each, partition: i % 2 }));
  await produce(topic, messages);
  const group = unique('group');
  const options = ['-g', group, '--until-end'];
  assert.deepEqual((await read(t, topic, options)).saved, numbersBelow(60));
  assert.deepEqual((await read(t, topic, options)).saved, [], 'all is committed');
  const from = async (place: string): Promise<number[]> =>
    (await read(t, topic, [...options, '--start-at', place])).saved;
  assert.deepEqual(await from(timeOf(41)), between(41, 60));
  const agoS = Math.ceil((Date.now() - Date.parse(timeOf(50)) - 30_000) / 1000);
  assert.deepEqual(await from(`${agoS}s-ago`), between(51, 60));
  assert.deepEqual(await from('last-10'), between(50, 60));
  assert.deepEqual(await from('earliest'), [], 'the committed offset decides');
  assert.deepEqual(await from(new Date().toISOString()), [], 'behind the last message');
  assert.deepEqual(await groupOffsets(group, topic, 3), { committed: [30, 30, 0], ends: [30, 30, 0] });
});

test('going back takes the bookmark along: who is killed on the way goes on from there', {
  skip,
}, async (t) => {
  const topic = await newTopic();
  await produce(topic, minutely(60));
  const group = unique('group');
  const args = ['-g', group, '--path', '{topic}/{partition}-{offset}.json'];
  const { dir } = await read(t, topic, [...args, '--until-end']);
  await read(t, topic, [...args, '--start-at', timeOf(20), '--limit', '5'], dir);
  assert.deepEqual((await groupOffsets(group, topic)).committed, [25]);
  const rest = await read(t, topic, ['-g', group, '--until-end']);
  assert.deepEqual(rest.saved, between(25, 60));
});

test('--start-at committed begins at the commit, and is refused where there is none', { skip }, async (t) => {
  const topic = await newTopic(2);
  await produce(topic, minutely(10));
  const group = unique('group');
  const args = [topic, '-d', newFolder(t), '-g', group, '--start-at', 'committed', '--until-end'];
  await refuses(t, args, /The group has committed no offset of .*\/0, and --start-at committed/);
  await read(t, topic, ['-g', group, '--limit', '4']);
  assert.deepEqual(
    (await read(t, topic, ['-g', group, '--start-at', 'committed', '--until-end'])).saved,
    between(4, 10),
  );
});

test('--stop-at ends every partition before the first message of that time', { skip }, async (t) => {
  const topic = await newTopic(3);
  await produce(
    topic,
    minutely(60).map((each, i) => ({ ...each, partition: i % 2 })),
  );
  const group = unique('group');
  const range = await read(t, topic, ['-g', group, '--start-at', timeOf(10), '--stop-at', timeOf(31)]);
  assert.deepEqual(range.saved, between(10, 31));
  assert.deepEqual((await groupOffsets(group, topic, 3)).committed, [16, 15, 0]);
  const rest = await read(t, topic, ['-g', group, '--stop-at', '1s-ago']);
  assert.deepEqual(rest.saved, between(31, 60), 'the next run goes on where it ended');
});

test('--stop-at waits for a time that is to come, reads until then, and ends', { skip }, async (t) => {
  const topic = await newTopic(2);
  const group = unique('group');
  const dir = newFolder(t);
  const stopMs = Date.now() + 15_000;
  await produce(topic, minutely(10, 2));
  const client = startClient(t, [
    ...[topic, '-d', dir, '-g', group, '--stop-at', new Date(stopMs).toISOString()],
    ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
  ]);
  await until('what is there is saved', () => savedAlerts(dir, 'json').length === 10);
  // Stamped by a producer whose clock runs ahead: not before the stop, whenever it comes.
  await produce(topic, [
    { value: jsonAlert(10), timestampMs: stopMs - 1 },
    { value: jsonAlert(11), timestampMs: stopMs },
    { value: jsonAlert(12), timestampMs: stopMs - 1 },
  ]);
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.ok(Date.now() >= stopMs, 'it waited');
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(11));
  assert.deepEqual((await groupOffsets(group, topic, 2)).committed, [6, 5]);
});

test('ranges end among transaction markers and aborted messages', { skip }, async (t) => {
  const topic = await newTopic();
  await produce(topic, minutely(10), 'commit');
  // Marked and aborted offsets have later times than what follows.
  await produce(topic, minutely(5, 1, 100), 'abort');
  await produce(topic, minutely(10, 1, 10), 'commit');
  for (const output of ['json', 'ndjson']) {
    const options = ['--output', output, '--stop-at', timeOf(16)];
    const { saved } = await read(t, topic, ['-g', unique('group'), ...options]);
    assert.deepEqual(saved, numbersBelow(16), output);
  }
  const last = await read(t, topic, ['-g', unique('group'), '--start-at', 'last-6', '--until-end']);
  assert.deepEqual(last.saved, between(15, 20), 'the marker is one of the six');
});

test('a range that ends at a transaction marker is saved again where somebody asks for it again', {
  skip,
}, async (t) => {
  const topic = await newTopic();
  const stopMs = Date.now();
  const second = (number: number): TestMessage => ({
    value: jsonAlert(number),
    timestampMs: stopMs + (number - 10) * 1_000,
  });
  // The marker's time is that of the commit, so it is the first offset of the time at which to stop.
  await produce(topic, numbersBelow(10).map(second), 'commit');
  await produce(topic, between(10, 15).map(second), 'commit');
  const dir = newFolder(t);
  const options = ['-g', unique('group'), '--start-at', '2h-ago'];
  options.push('--stop-at', new Date(stopMs).toISOString());
  for (let times = 0; times < 2; times++)
    assert.deepEqual((await read(t, topic, options, dir)).saved, numbersBelow(10));
});

for (const kind of outputKinds) {
  test(`--replay leaves the group's offsets alone, and ${kind} holds nothing twice`, { skip }, async (t) => {
    const topic = await newTopic(2);
    await produce(topic, minutely(30, 2));
    const group = unique('group');
    await read(t, topic, ['-g', group, '--limit', '8']);
    const before = await groupOffsets(group, topic, 2);
    const dir = newFolder(t);
    const args = [topic, '-d', dir, '-g', group, '--replay', '--until-end', ...outputOptions(kind)];
    for (const place of ['earliest', timeOf(10), 'committed']) {
      const { code, stderr } = await runClient(t, [...args, '--start-at', place]);
      assert.equal(code, 0, stderr);
      assert.deepEqual(savedAlerts(dir, kind), numbersBelow(30), place);
    }
    await produce(topic, minutely(4, 2, 30));
    const { code, stderr } = await runClient(t, [...args, '--start-at', timeOf(20)]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(savedAlerts(dir, kind), numbersBelow(34), 'what is new came behind');
    assert.deepEqual((await groupOffsets(group, topic, 2)).committed, before.committed);
    const verified = await startClient(t, ['verify', dir]).ended;
    assert.equal(verified.code, 0, verified.stdout);
  });
}

test('a replay reads beside its group, which keeps its partitions', { skip }, async (t) => {
  const topic = await newTopic();
  await produce(topic, minutely(10));
  const [group, dir] = [unique('group'), newFolder(t)];
  const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  const live = startClient(t, [topic, '-d', dir, '-g', group, ...broker]);
  await until('all is committed', async () => (await groupOffsets(group, topic)).committed[0] === 10);
  assert.deepEqual((await read(t, topic, ['-g', group, '--replay', '--until-end'])).saved, numbersBelow(10));
  await refuses(
    t,
    [topic, '-d', dir, '-g', group, '--replay', '--until-end'],
    /is written to by the group .*, and this is the group .* \(replay\)/,
  );
  await produce(topic, minutely(1, 1, 10));
  await until('it reads on', () => savedAlerts(dir, 'json').length === 11);
  assert.doesNotMatch(live.stderr, /Gave up/);
});

test('segments take a given place only where nothing is missing behind them, and skip what they hold', {
  skip,
}, async (t) => {
  const topic = await newTopic();
  await produce(topic, minutely(60));
  const options = ['--output', 'ndjson', '--segment-alerts', '7'];
  const args = (place: string): string[] => ['-g', unique('group'), ...options, '--start-at', place];
  const { dir } = await read(t, topic, [...args(timeOf(20)), '--stop-at', timeOf(40)]);
  const folder = join(dir, topic, '0');
  assert.equal(recordsIn(folder)[0]?.behind, 'given');
  const again = await read(t, topic, [...args(timeOf(30)), '--stop-at', timeOf(50)], dir);
  assert.deepEqual(again.saved, between(20, 50));
  assert.match(again.stderr, /hold offsets 30 to 39 already; reading begins behind them/);
  const records = recordsIn(folder);
  assert.deepEqual(
    records.slice(1).map(({ first }) => first),
    records.slice(0, -1).map(({ last: end }) => end + 1),
  );
  const into = [topic, '-d', dir, '--until-end'];
  await refuses(t, [...into, ...args(timeOf(19))], /segments cannot be put before or between them/);
  await refuses(
    t,
    [...into, ...args(timeOf(51))],
    /up to offset 49, and --start-at means 51: a gap of 1 offsets would follow them/,
  );
  const verified = await startClient(t, ['verify', dir]).ended;
  assert.equal(verified.code, 0, verified.stdout);
  assert.match(verified.stdout, /not asked for/);
});

test('offsets that a group has not committed are not passed over for later ones that the folder holds', {
  skip,
}, async (t) => {
  const topic = await newTopic();
  const options = ['--output', 'ndjson', '--until-end'];
  const [behind, ahead] = [unique('group'), unique('group')];
  await produce(topic, minutely(10));
  const { dir } = await read(t, topic, ['-g', behind, ...options]);
  await produce(topic, minutely(30, 1, 10));
  await read(t, topic, ['-g', ahead, ...options]);
  await produce(topic, minutely(5, 1, 40));
  // It goes on at its commit, behind what the folder of the other group holds.
  assert.deepEqual((await read(t, topic, ['-g', ahead, ...options], dir)).saved, [
    ...numbersBelow(10),
    ...between(40, 45),
  ]);
  await refuses(
    t,
    [topic, '-d', dir, '-g', behind, ...options],
    /but not offsets 10 to 39, .*\(it is at 10\)/,
  );
  assert.deepEqual((await groupOffsets(behind, topic)).committed, [10]);
  // A replay of the last ones is no reason to pass over what is before them either.
  const replayed = await read(t, topic, ['-g', behind, ...options, '--replay', '--start-at', 'last-5']);
  await refuses(t, [topic, '-d', replayed.dir, '-g', behind, ...options], /but not offsets 10 to 39/);
  assert.deepEqual((await read(t, topic, ['-g', behind, ...options])).saved, between(10, 45));
});

test('one file an alert: a range that ends before what is saved is refused where names could fall back', {
  skip,
}, async (t) => {
  const topic = await newTopic();
  // One object, seen sixty times.
  await produce(
    topic,
    minutely(60).map((each) => ({ ...each, value: jsonAlert('same') })),
  );
  const group = unique('group');
  const dir = newFolder(t);
  const args = [topic, '-d', dir, '-g', group];
  assert.equal((await runClient(t, [...args, '--until-end'])).code, 0);
  const range = ['--replay', '--start-at', timeOf(10), '--stop-at', timeOf(30)];
  await refuses(
    t,
    [...args, ...range],
    /holds alerts of .*\/0 up to offset 59, and reading again only up to 29/,
  );
  const path = ['--path', '{topic}/{partition}-{offset}.json'];
  assert.equal((await runClient(t, [...args, ...range, ...path])).code, 0);
  assert.equal((await runClient(t, [...args, '--replay', '--until-end'])).code, 0);
});

test('--partitions reads only these, and commits them for the group', { skip }, async (t) => {
  const topic = await newTopic(4);
  await produce(topic, minutely(40, 4));
  const group = unique('group');
  const some = await read(t, topic, ['-g', group, '--partitions', '0,3', '--until-end']);
  assert.deepEqual(
    some.saved,
    numbersBelow(40).filter((n) => n % 4 === 0 || n % 4 === 3),
  );
  assert.deepEqual((await groupOffsets(group, topic, 4)).committed, [10, -1001, -1001, 10]);
  const rest = await read(t, topic, ['-g', group, '--until-end']);
  assert.deepEqual(
    rest.saved,
    numbersBelow(40).filter((n) => n % 4 === 1 || n % 4 === 2),
    'one bookmark',
  );
  const none = [topic, '-g', group, '--partitions', '4'];
  await refuses(t, none, /has no partition 4 \(--partitions\): it has 4, from 0 to 3/);
});

test('--partitions in a group whose members share them ends, for its offsets would not be taken', {
  skip,
}, async (t) => {
  const topic = await newTopic(2);
  await produce(topic, minutely(10, 2));
  const group = unique('group');
  const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  const member = startClient(t, [topic, '-d', newFolder(t), '-g', group, ...broker]);
  await until('it has read all', async () => (await groupOffsets(group, topic, 2)).committed[1] === 5);
  await produce(topic, minutely(2, 2, 10));
  const args = [topic, '-d', newFolder(t), '-g', group, '--partitions', '1', '--start-at', 'last-3'];
  await refuses(t, args, /has members that share its partitions/);
  member.process.kill('SIGTERM');
  assert.equal((await member.ended).code, 0);
});

test('two places to stop, and a start that is to come, are refused with 2', { skip }, async (t) => {
  await refuses(t, ['t', '--until-end', '--stop-at', '1h-ago'], /exclude each other/, 2);
  await refuses(t, ['t', '--start-at', '2999-01-01'], /--start-at 2999-01-01 cannot be used/, 2);
});

test('one file an alert: --limit is refused where it could leave earlier alerts under names of later ones', {
  skip,
}, async (t) => {
  const topic = await newTopic();
  await produce(
    topic,
    numbersBelow(20).map((i) => ({ value: jsonAlert(i, { name: `n${i % 5}` }) })),
  );
  const group = unique('group');
  const path = ['--path', '{topic}/{.name}.json'];
  const { dir, saved } = await read(t, topic, ['-g', group, '--until-end', ...path]);
  assert.deepEqual(saved, between(15, 20));
  const args = [topic, '-d', dir, ...path, '--limit', '3'];
  await refuses(t, [...args, '-g', group, '--replay'], /up to offset 19, .*leave --limit away/);
  await refuses(
    t,
    [...args, '-g', unique('group'), '--share-output-dir'],
    /up to offset 19, .*leave --limit away/,
  );
  assert.deepEqual(savedAlerts(dir, 'json'), between(15, 20));
  await produce(topic, [{ value: jsonAlert(20, { name: 'n0' }) }]);
  await read(t, topic, ['-g', group, '--limit', '1', ...path], dir);
  assert.deepEqual(
    savedAlerts(dir, 'json'),
    between(16, 21),
    'where the group has come to, a limit is as ever',
  );
});

for (const limit of [5, 30]) {
  test(`one file an alert: --limit ${limit} goes on after a kill -9 before the commit, and never ends before what was saved then`, {
    skip,
  }, async (t) => {
    const topic = await newTopic(2);
    const group = unique('group');
    const path = ['--path', '{topic}/{.name}.json'];
    const message = (i: number): TestMessage => ({ value: jsonAlert(i, { name: `n${i % 5}` }) });
    const other = (i: number): TestMessage => ({
      value: jsonAlert(1_000 + i, { name: `other${i}`, filler: 'x'.repeat(5_000) }),
      partition: 1,
    });
    await produce(topic, numbersBelow(20).map(message));
    const { dir } = await read(t, topic, ['-g', group, '--until-end', ...path]);
    // So a kill leaves it between the journal and the commit.
    await setBack(group, `${topic}:0`, 8);
    // More than there is room for: what waits for the limit must not keep out what is read again.
    await produce(topic, numbersBelow(200).map(other));
    await produce(topic, between(20, 25).map(message));
    const options = ['-g', group, '--limit', `${limit}`, '--max-in-flight-bytes', '100kB', ...path];
    const { saved, stderr } = await read(t, topic, options, dir);
    assert.match(stderr, /come to offset 20 already, and the group to 8; --limit counts/);
    const numbered = saved.filter((number) => number < 1_000);
    const others = saved.length - numbered.length;
    const own = Math.max(...numbered) + 1;
    assert.equal(own - 8 + others, Math.max(12, limit), 'exactly so many, or what was saved already');
    assert.ok(own >= 20);
    assert.deepEqual(numbered, between(own - 5, own));
  });
}
