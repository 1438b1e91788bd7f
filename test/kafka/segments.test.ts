import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logicalOffset } from '../../src/broker/consumer.ts';
import { cliFile, filesIn, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import {
  groupOffsets,
  newTopic,
  produce,
  remakeTopic,
  skipKafka,
  testKafka,
  unique,
  until,
} from '../support/kafka.ts';
import { readSamples, samplesDir, skipSamples } from '../support/samples.ts';
import { coverage, framesIn, linesIn, recordsIn } from '../support/segments.ts';

const numbered = (count: number, partitions = 1): { value: Buffer; partition: number }[] =>
  Array.from({ length: count }, (_, i) => ({ value: jsonAlert(i), partition: i % partitions }));
const idsIn = (folder: string): number[] =>
  linesIn(folder).map((line) => (JSON.parse(line) as { candid: number }).candid);
/** Deletes a topic and makes it again, with other messages. */
const remake = (topic: string, messages: number): Promise<void> =>
  remakeTopic(
    topic,
    upTo(messages).map((i) => ({ value: jsonAlert(1_000 + i) })),
  );
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('segments that are full faster than they are published hold few files open', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, numbered(600));
  const args = [topic, '-d', dir, '-g', group, '--output', 'ndjson', '--segment-alerts', '1', '--until-end'];
  const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  const { code, stderr } = await startClient(t, [...args, ...broker], {}, ['ulimit -n 400']).ended;
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /EMFILE/);
  assert.deepEqual(idsIn(join(dir, topic, '0')), upTo(600));
  assert.deepEqual((await groupOffsets(group, topic)).committed, [600]);
});

test('real alerts of all surveys come out as lines, in offset order, equal to their files', {
  skip: skipKafka || skipSamples,
}, async (t) => {
  const dir = newFolder(t);
  for (const survey of ['antares', 'ztf', 'lsst'] as const) {
    const samples = readSamples(survey);
    const topic = await newTopic(1, {}, unique(survey));
    const group = unique('group');
    await produce(
      topic,
      samples.map(({ wire }) => ({ value: wire })),
    );
    const registry = ['--schema-dir', join(samplesDir, 'lsst', 'registry')];
    const args = [topic, '-d', dir, '-g', group, '--until-end', '--output', 'ndjson', '--workers', '2'];
    const { code, stderr } = await runClient(t, [...args, ...registry]);
    assert.equal(code, 0, stderr);
    const lines = linesIn(join(dir, topic, '0'));
    assert.equal(lines.length, samples.length);
    // The original's file without its white space between tokens; a text keeps its blanks.
    const compact = (text: string): string =>
      text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, quoted: string | undefined) => quoted ?? '');
    samples.forEach(({ json }, i) => {
      assert.equal(lines[i], compact(json.toString()));
    });
    assert.deepEqual(await groupOffsets(group, topic), {
      committed: [samples.length],
      ends: [samples.length],
    });
  }
});

test('segments end at --segment-alerts, one behind the other, whatever the number of workers', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(2);
  await produce(topic, numbered(2_000, 2));
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'ndjson'];
  const { code, stderr } = await runClient(t, [...args, '--workers', '2', '--segment-alerts', '70']);
  assert.equal(code, 0, stderr);
  for (const partition of [0, 1]) {
    const folder = join(dir, topic, String(partition));
    assert.deepEqual(
      idsIn(folder),
      upTo(1_000).map((i) => 2 * i + partition),
    );
    const records = recordsIn(folder);
    assert.deepEqual(
      records.map(({ alerts }) => alerts),
      [...Array<number>(14).fill(70), 20],
    );
    assert.deepEqual(coverage(records), Array<null>(1_000).fill(null));
    assert.equal(filesIn(folder).length, 2 * records.length, 'nothing else is in the folder');
  }
});

test('segments end at --segment-bytes and at --segment-age', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(
    topic,
    upTo(500).map((i) => ({ value: jsonAlert(i, { filler: 'x'.repeat(1_000) }) })),
  );
  const args = [topic, '-d', dir, '-g', group, '--output', 'ndjson', '--segment-bytes', '100kB'];
  const client = startClient(t, [
    ...args,
    '--segment-age',
    '100ms',
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ]);
  const folder = join(dir, topic, '0');
  await until(
    'all are published without a stop',
    () => filesIn(folder).length > 0 && idsIn(folder).length === 500,
  );
  await produce(topic, numbered(1));
  await until('the late one too', () => idsIn(folder).length === 501);
  await until('its offset is committed', async () => (await groupOffsets(group, topic)).committed[0] === 501);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
  for (const { bytes } of recordsIn(folder)) assert.ok(bytes <= 100_000, `${bytes} bytes`);
});

test('what is not saved stands in the record: filtered, dead, tombstones, transaction markers', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  const hook = join(newFolder(t), 'even.mjs');
  writeFileSync(hook, 'export const processAlert = ({ candid }) => candid % 2n === 0n ? undefined : false;');
  await produce(topic, [
    { value: jsonAlert(0) },
    { value: jsonAlert(1) },
    { value: Buffer.from('{"no') },
    { value: null },
  ]);
  await produce(topic, [{ value: jsonAlert(4) }, { value: null }], 'commit');
  const args = [topic, '-d', dir, '-g', group, '--until-end', '--output', 'ndjson', '--process', hook];
  const { code, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  const folder = join(dir, topic, '0');
  assert.deepEqual(coverage(recordsIn(folder)), [
    null,
    'filtered',
    'dead',
    'tombstone',
    null,
    'tombstone',
    'missing',
  ]);
  assert.deepEqual(idsIn(folder), [0, 4]);
  assert.ok(filesIn(dir).includes(`_dead-letter/${topic}/0-2.bin`));
  assert.deepEqual(await groupOffsets(group, topic), { committed: [7], ends: [7] });
});

const readers = { gzip: ['gzip', '-dc'], zstd: ['zstd', '-dcq'] } as const;

for (const compress of ['gzip', 'zstd'] as const) {
  test(`${compress} segments are read by the tool of that name`, { skip: skipKafka }, async (t) => {
    const dir = newFolder(t);
    const topic = await newTopic();
    await produce(topic, numbered(3_000));
    const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'ndjson'];
    const { code, stderr } = await runClient(t, [
      ...args,
      ...['--compress', compress, '--workers', '2', '--batch-size', '100'],
    ]);
    assert.equal(code, 0, stderr);
    const [record, ...more] = recordsIn(join(dir, topic, '0'));
    assert.ok(record !== undefined && more.length === 0);
    assert.match(record.segment, /^0{20}\.ndjson\.(gz|zst)$/);
    const [tool, ...options] = readers[compress];
    const text = execFileSync(tool, [...options, join(dir, topic, '0', record.segment)], {
      encoding: 'utf8',
    });
    const ids = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { candid: number }).candid);
    assert.deepEqual(ids, upTo(3_000));
  });
}

test('raw segments hold each message with key, headers and timestamp, tombstones too', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, [
    {
      value: Buffer.from([0, 255, 1]),
      key: Buffer.from('k'),
      timestampMs: 1_700_000_000_123,
      headers: [{ h: 'v' }],
    },
    { value: null, key: Buffer.from('gone'), timestampMs: 5 },
    { value: Buffer.from('last'), timestampMs: 6 },
  ]);
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'raw'];
  const { code, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  const folder = join(dir, topic, '0');
  const frames = framesIn(readFileSync(join(folder, '00000000000000000000.raw')));
  assert.deepEqual(frames, [
    { offset: 0, timestampMs: 1_700_000_000_123, keyBytes: 1, value: Buffer.from([0, 255, 1]), headers: 1 },
    { offset: 1, timestampMs: 5, keyBytes: 4, value: null, headers: 0 },
    { offset: 2, timestampMs: 6, keyBytes: -1, value: Buffer.from('last'), headers: 0 },
  ]);
});

test('a filter of raw segments drops messages, but no tombstone', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }, { value: null }, { value: jsonAlert(3) }]);
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'raw'];
  const { code, stderr } = await runClient(t, [...args, '--where', 'candid > 1', '--on-error', 'stop']);
  assert.equal(code, 0, stderr);
  const folder = join(dir, topic, '0');
  assert.deepEqual(
    framesIn(readFileSync(join(folder, '00000000000000000000.raw'))).map(({ offset, value }) => [
      offset,
      value === null,
    ]),
    [
      [1, true],
      [2, false],
    ],
  );
  assert.deepEqual(coverage(recordsIn(folder)), ['filtered', null, null]);
});

for (const output of ['ndjson', 'raw', 'avro', 'parquet']) {
  test(`killed again and again, ${output} segments hold every offset once`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const topic = await newTopic(2);
    const group = unique('group');
    await produce(
      topic,
      numbered(6_000, 2).map((each) => ({ ...each, key: Buffer.alloc(500, 'k') })),
    );
    const args = [
      topic,
      '-d',
      dir,
      '-g',
      group,
      '--output',
      output,
      '--workers',
      '2',
      '--segment-alerts',
      '300',
    ];
    const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext, '-X', 'session.timeout.ms=2000'];
    for (const published of [4, 9, 14]) {
      const client = startClient(t, [...args, ...broker, '--batch-size', '50']);
      await until(
        'some are published',
        () => filesIn(dir).filter((name) => name.endsWith('.record')).length >= published,
      );
      client.process.kill('SIGKILL');
      await client.ended;
    }
    const { code, stderr } = await startClient(t, [...args, ...broker, '--until-end']).ended;
    assert.equal(code, 0, stderr);
    for (const partition of [0, 1]) {
      const folder = join(dir, topic, String(partition));
      const records = recordsIn(folder);
      assert.deepEqual(coverage(records), Array<null>(3_000).fill(null));
      assert.equal(
        records.reduce((sum, { alerts }) => sum + alerts, 0),
        3_000,
      );
      if (output === 'ndjson')
        assert.deepEqual(
          idsIn(folder),
          upTo(3_000).map((i) => 2 * i + partition),
        );
    }
    const verified = await startClient(t, ['verify', dir]).ended;
    assert.equal(verified.code, 0, verified.stdout);
    assert.deepEqual(
      filesIn(dir).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });
}

test('where the files hold more than was committed, reading goes on behind the files', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, numbered(10));
  const args = [topic, '-d', dir, '--until-end', '--output', 'ndjson'];
  assert.equal((await runClient(t, [...args, '-g', unique('group')])).code, 0);
  await produce(topic, [{ value: jsonAlert(10) }]);
  // Another group has committed nothing; what is in the folder is not saved twice.
  assert.equal((await runClient(t, [...args, '-g', unique('group')])).code, 0);
  const folder = join(dir, topic, '0');
  assert.deepEqual(idsIn(folder), upTo(11));
  assert.deepEqual(
    recordsIn(folder).map(({ behind }) => behind),
    ['start', 'segment'],
  );
});

test('where more was committed than the files hold, reading goes on behind the commit, and says so', {
  skip: skipKafka,
}, async (t) => {
  const [dir, archive] = [newFolder(t), newFolder(t)];
  const topic = await newTopic();
  const args = [topic, '-d', dir, '--until-end', '--output', 'ndjson', '-g', unique('group')];
  await produce(topic, numbered(10));
  assert.equal((await runClient(t, args)).code, 0);
  const folder = join(dir, topic, '0');
  renameSync(folder, join(archive, 'moved'));
  await produce(topic, [{ value: jsonAlert(10) }]);
  const { code, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /has committed up to 10, and no segment of it is here/);
  assert.deepEqual(idsIn(folder), [10]);
  assert.equal(recordsIn(folder)[0]?.behind, 'commit');
});

test('a topic that was deleted and made again is refused', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  const args = [topic, '--until-end', '--output', 'ndjson', '-g', group];
  const here = [...args, '-d', dir];
  await produce(topic, numbered(5));
  assert.equal((await runClient(t, here)).code, 0);
  const before = filesIn(dir);
  await remake(topic, 2);
  const shorter = await runClient(t, here);
  assert.equal(shorter.code, 1, shorter.stderr);
  assert.match(
    shorter.stderr,
    /holds .* up to offset 4, but the topic ends before 2: it was deleted and made again/,
  );
  for (const count of [5, 20]) {
    await remake(topic, count);
    const { code, stderr } = await runClient(t, here);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /is not the topic that the output folder holds/);
  }
  assert.deepEqual(filesIn(dir), before, 'nothing was added');
  assert.deepEqual(
    (await groupOffsets(group, topic)).committed,
    [logicalOffset.NONE],
    'nothing was committed',
  );
  const elsewhere = newFolder(t);
  const again = await runClient(t, [...args, '-d', elsewhere]);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(idsIn(join(elsewhere, topic, '0')).length, 20, 'as told, and nothing is missing');
});

test('redo keeps the only copy of a message whose topic was made again', { skip: skipKafka }, async (t) => {
  const [topic, dir, group] = [await newTopic(), newFolder(t), unique('group')];
  const args = [topic, '-d', dir, '-g', group, '--until-end'];
  await produce(topic, [{ value: Buffer.from('{"candid": 1, broken') }]);
  assert.equal((await runClient(t, args)).code, 0);
  const letter = filesIn(dir);
  assert.equal(letter.length, 2, 'the letter and what is told of it');
  await remake(topic, 1);
  assert.equal((await runClient(t, args)).code, 0);
  const { code, stderr } = await startClient(t, ['redo', dir]).ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /earlier topic/);
  assert.deepEqual(filesIn(dir), [...letter, `${topic}/1000.json`].sort());
});

for (const [output, messages, ...soon] of [
  ['ndjson', 2, '--segment-age', '1s'],
  ['ndjson', 20, '--segment-age', '1s'],
  ['json', 20],
] as const) {
  test(`a topic that is deleted and made again with ${messages} messages while it is read as ${output} is refused`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const topic = await newTopic();
    const group = unique('group');
    await produce(topic, numbered(5));
    const args = [topic, '-d', dir, '-g', group, '--output', output, ...soon];
    const server = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
    const client = startClient(t, [...args, ...server]);
    await until('all is committed', async () => (await groupOffsets(group, topic)).committed[0] === 5);
    const before = filesIn(dir);
    await remake(topic, messages);
    const { code, stderr } = await client.ended;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /was deleted and made again while it was read/);
    assert.deepEqual(filesIn(dir), before, 'nothing was added');
    assert.deepEqual((await groupOffsets(group, topic)).committed, [logicalOffset.NONE], 'or committed');
  });
}

test('what another writer published meanwhile is not saved again', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, numbered(20));
  const open = ['--output', 'ndjson', '-v', '--segment-age', '1h', '--share-output-dir'];
  const server = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  const slow = startClient(t, [topic, '-d', dir, '-g', unique('group'), ...open, ...server]);
  // Its segment is open: it has read everything and published nothing.
  await slow.says(/Saved alert .*19/);
  const fast = await runClient(t, [topic, '-d', dir, '-g', unique('group'), ...open, '--limit', '15']);
  assert.equal(fast.code, 0, fast.stderr);
  const folder = join(dir, topic, '0');
  assert.deepEqual(idsIn(folder), upTo(15));
  slow.process.kill('SIGTERM');
  const stopped = await slow.ended;
  assert.match(stopped.stderr, /Another writer has published a segment/);
  assert.deepEqual(idsIn(folder), upTo(15), 'the slow one threw its segment away');
  const rest = await runClient(t, [topic, '-d', dir, '-g', unique('group'), '--until-end', ...open]);
  assert.equal(rest.code, 0, rest.stderr);
  assert.deepEqual(idsIn(folder), upTo(20));
  assert.deepEqual(coverage(recordsIn(folder)), Array<null>(20).fill(null));
});

test('two groups that share a folder and come from different places do not save the same offsets in it', {
  skip: skipKafka,
}, async (t) => {
  const [dir, elsewhere] = [newFolder(t), newFolder(t)];
  const topic = await newTopic();
  const further = unique('group');
  await produce(topic, numbered(20));
  const options = ['--output', 'ndjson', '--share-output-dir'];
  const ahead = [topic, '-g', further, '--until-end', ...options];
  assert.equal((await runClient(t, [...ahead, '-d', elsewhere])).code, 0);
  await produce(topic, [{ value: jsonAlert(20) }]);
  const server = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  const open = ['-v', '--segment-age', '1h', ...server];
  const group = unique('group');
  const slow = startClient(t, [topic, '-d', dir, '-g', group, ...options, ...open]);
  await slow.says(/Saved alert .*20/);
  assert.equal((await runClient(t, [...ahead, '-d', dir])).code, 0);
  slow.process.kill('SIGTERM');
  const { code, stderr } = await slow.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /Another writer has published a segment of .* among offsets 0 to 20/);
  assert.deepEqual(idsIn(join(dir, topic, '0')), [20]);
  assert.deepEqual((await groupOffsets(group, topic)).committed, [0]);
});

test('a segment whose folder is moved away under it is written again, and none of it is committed before', {
  skip: skipKafka,
}, async (t) => {
  const [dir, elsewhere] = [newFolder(t), newFolder(t)];
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, numbered(20));
  const args = [topic, '-d', dir, '-g', group, '--output', 'ndjson', '-v', '--segment-age', '2s'];
  const client = startClient(t, [...args, '--bootstrap-servers', testKafka().bootstrap.plaintext]);
  await client.says(/Saved alert .*19/);
  const folder = join(dir, topic, '0');
  await until('its file is there', () => filesIn(folder).length > 0);
  renameSync(join(dir, topic), join(elsewhere, 'moved'));
  await client.says(/A segment of .* cannot be written: ENOENT/);
  await until('it is published in the end', () => filesIn(folder).length > 0 && idsIn(folder).length === 20);
  await until('and committed', async () => (await groupOffsets(group, topic)).committed[0] === 20);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
});

test('where a message stops the run, nothing behind it counts as saved, whatever was done of it', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, numbered(60));
  const hook = join(newFolder(t), 'hook.mjs');
  // The batch before the bad message is the last to be done, and those behind it are done at once.
  writeFileSync(
    hook,
    `import { setTimeout } from 'node:timers/promises';
    export async function processAlert({ candid }) {
      if (Number(candid) === 0) await setTimeout(2_000);
      if (Number(candid) !== 6) return;
      await setTimeout(1_000);
      throw new Error('a bad one');
    }`,
  );
  const args = [topic, '-d', dir, '--output', 'ndjson', '--until-end', '--batch-size', '4', '--workers', '4'];
  const group = unique('group');
  const stop = ['--on-error', 'stop', '--process', hook];
  const stopped = await runClient(t, [...args, '-g', group, ...stop]);
  assert.equal(stopped.code, 1, stopped.stderr);
  assert.match(stopped.stderr, /offset 6 could not be saved.* It is not committed/);
  assert.match(stopped.stderr, /6 alerts saved in 1 file/);
  assert.deepEqual((await groupOffsets(group, topic)).committed, [6]);
  assert.deepEqual(idsIn(join(dir, topic, '0')), upTo(6));
  const { stdout } = await runClient(t, [
    ...[topic, '-d', '-', '-g', unique('group'), '--until-end', '--batch-size', '4', '--workers', '4'],
    ...stop,
  ]);
  assert.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { candid: number }).candid),
    upTo(6),
  );
  const { code, stderr } = await runClient(t, [...args, '-g', group]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(idsIn(join(dir, topic, '0')), upTo(60));
});

test('a range without an alert has a record and no file, so that a folder of them can be read as a whole', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  await produce(topic, numbered(10, 2));
  for (const form of [['parquet'], ['ndjson', '--compress', 'gzip']]) {
    const dir = newFolder(t);
    const { code, stderr } = await runClient(t, [
      ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--where', 'candid == 3'],
      ...['--output', ...form],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /1 alert saved in 1 file/);
    assert.deepEqual(
      filesIn(dir).filter((path) => path.startsWith(`${topic}/0/`)),
      [`${topic}/0/00000000000000000000.record`],
    );
    assert.match(
      execFileSync(process.execPath, [cliFile, 'verify', dir], { encoding: 'utf8' }),
      /Nothing is lost, doubled or torn/,
    );
  }
});
