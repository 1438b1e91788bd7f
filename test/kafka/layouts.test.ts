import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { allFilesIn, filesIn, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { coverage, layoutFiles, rangesIn } from '../support/segments.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const alert = (i: number, fid: unknown = i % 3): Buffer => jsonAlert(i, { candidate: { fid } });

function idsIn(dir: string, path: string): number[] {
  const bytes = readFileSync(join(dir, path));
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { candid: number }).candid);
}

/** The ids of all alerts, sorted, each as often as it is there. */
function allIds(dir: string): number[] {
  return layoutFiles(dir)
    .flatMap((path) => idsIn(dir, path))
    .sort((a, b) => a - b);
}

test('alerts go into the folders that --path says, in offset order, and verify finds all of them', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(2);
  const group = unique('group');
  await produce(
    topic,
    upTo(3_000).map((i) => ({
      value: alert(i),
      partition: i % 2,
      timestampMs: Date.UTC(2026, 10, i < 1_500 ? 23 : 24, 3),
    })),
  );
  const layout = ['--output', 'ndjson', '--path', '{topic}/{date}/{candidate.fid}', '--compress', 'gzip'];
  const args = [topic, '-d', dir, '-g', group, '--until-end', ...layout];
  const { code, stderr } = await runClient(t, [...args, '--workers', '2', '--segment-alerts', '400']);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /as ndjson segments, \{topic\}\/\{date\}\/\{candidate.fid\}\/\{partition\}-\{offset\}/,
  );
  assert.deepEqual(allIds(dir), upTo(3_000));
  for (const path of layoutFiles(dir)) {
    const [, date, fid, partition] = /^[^/]+\/(.+)\/(\d)\/(\d)-\d{20}\.ndjson\.gz$/.exec(path) ?? [];
    const ids = idsIn(dir, path);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
    for (const id of ids) {
      assert.equal(date, id < 1_500 ? '2026-11-23' : '2026-11-24');
      assert.deepEqual([String(id % 3), String(id % 2)], [fid, partition]);
    }
  }
  for (const partition of ['0', '1']) {
    const records = rangesIn(join(dir, topic, partition));
    assert.deepEqual(coverage(records), Array<null>(1_500).fill(null));
    for (const { alerts } of records) assert.ok(alerts <= 400, `${alerts} alerts`);
  }
  assert.deepEqual((await groupOffsets(group, topic, 2)).committed, [1_500, 1_500]);
  const verified = await startClient(t, ['verify', dir]).ended;
  assert.equal(verified.code, 0, verified.stdout);
  assert.match(verified.stdout, /0–1499 +1500/);
});

test('killed again and again, the files of a layout hold every alert once', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(2);
  const group = unique('group');
  await produce(
    topic,
    upTo(6_000).map((i) => ({ value: alert(i), partition: i % 2, key: Buffer.alloc(500, 'k') })),
  );
  const args = [topic, '-d', dir, '-g', group, '--output', 'ndjson', '--path', '{candidate.fid}'];
  const more = [
    '--workers',
    '2',
    '--segment-alerts',
    '300',
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ];
  const options = [...args, ...more, '-X', 'session.timeout.ms=2000'];
  for (const published of [4, 9, 14]) {
    const client = startClient(t, [...options, '--batch-size', '50']);
    await until(
      'some are published',
      () => filesIn(dir).filter((name) => name.endsWith('.record')).length >= published,
    );
    client.process.kill('SIGKILL');
    await client.ended;
  }
  const { code, stderr } = await startClient(t, [...options, '--until-end']).ended;
  assert.equal(code, 0, stderr);
  for (const partition of ['0', '1'])
    assert.deepEqual(coverage(rangesIn(join(dir, topic, partition))), Array<null>(3_000).fill(null));
  assert.deepEqual(allIds(dir), upTo(6_000));
  assert.deepEqual(
    filesIn(dir).filter((name) => name.endsWith('.tmp')),
    [],
  );
  assert.equal((await startClient(t, ['verify', dir]).ended).code, 0);
});

test('what is filtered or a dead letter is in no file, and a range without alerts has none', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const hook = join(newFolder(t), 'none.mjs');
  writeFileSync(hook, 'export const processAlert = () => false;');
  await produce(topic, [{ value: alert(0) }, { value: Buffer.from('{') }, { value: null }]);
  const args = [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--output',
    'ndjson',
    '--process',
    hook,
  ];
  const { code, stderr } = await runClient(t, [...args, '--path', '{topic}/{night}']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(layoutFiles(dir), []);
  assert.deepEqual(coverage(rangesIn(join(dir, topic, '0'))), ['filtered', 'dead', 'tombstone']);
  const verified = await startClient(t, ['verify', dir]).ended;
  assert.equal(verified.code, 0, verified.stdout);
});

test('a folder for each alert: ranges are closed early, which is said once, and few files are open', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(
    topic,
    upTo(1_500).map((i) => ({ value: alert(i) })),
  );
  const args = [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--output',
    'ndjson',
    '--path',
    '{topic}/{alert_id}',
  ];
  const broker = ['--until-end', '--bootstrap-servers', testKafka().bootstrap.plaintext];
  const { code, stderr } = await startClient(t, [...args, ...broker], {}, ['ulimit -n 400']).ended;
  assert.equal(code, 0, stderr);
  assert.equal(stderr.match(/more than 256 files at a time/g)?.length, 1, stderr);
  assert.doesNotMatch(stderr, /EMFILE/);
  assert.deepEqual(allIds(dir), upTo(1_500));
  for (const record of rangesIn(join(dir, topic, '0')))
    assert.ok(record.format === 2 && record.files.length <= 256);
});

test('what an alert says never leaves the output folder, and does not touch what the client keeps there', {
  skip: skipKafka,
}, async (t) => {
  const dir = join(newFolder(t), 'out');
  const topic = await newTopic();
  const hostile = [
    '../../x',
    '..',
    '/etc',
    '',
    'a/b',
    '\0',
    `${'0'.repeat(20)}.record`,
    `${'0'.repeat(19)}9.record`,
  ];
  const names = [
    ...hostile,
    '.antares-00000000-1-00000000.0-0.tmp',
    'x'.repeat(5_000),
    'con',
    '0',
    '_journal',
  ];
  for (const template of ['{topic}/{partition}/{candidate.fid}', '{candidate.fid}']) {
    await produce(
      topic,
      names.map((name, i) => ({ value: alert(i, name) })),
    );
    // One message a segment at the end, so that offsets which a folder was named after have their turn.
    const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'ndjson'];
    const { code, stderr } = await runClient(t, [...args, '--path', template, '--segment-alerts', '1']);
    assert.equal(code, 0, stderr);
  }
  assert.deepEqual(
    allIds(dir),
    names.flatMap((_, i) => [i, i]),
  );
  const verified = await startClient(t, ['verify', dir]).ended;
  assert.equal(verified.code, 0, verified.stdout);
  assert.deepEqual(
    allFilesIn(join(dir, '..')).filter((path) => !path.startsWith('out/')),
    [],
  );
});

test('where folders do not tell topics apart, names of files do', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topics = [await newTopic(), await newTopic()];
  for (const [i, topic] of topics.entries()) await produce(topic, [{ value: alert(i, 1) }]);
  const args = [...topics, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'ndjson'];
  const { code, stderr } = await runClient(t, [...args, '--path', '{candidate.fid}']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    layoutFiles(dir).sort(),
    topics.map((topic) => `1/${topic}-0-${'0'.repeat(20)}.ndjson`).sort(),
  );
  assert.deepEqual(allIds(dir), [0, 1]);
});

test('a folder of plain segments goes on with a layout, and back', { skip: skipKafka }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'ndjson'];
  for (const [i, path] of [[], ['--path', '{topic}/{date}'], []].entries()) {
    await produce(topic, [{ value: alert(i) }]);
    const { code, stderr } = await runClient(t, [...args, ...path]);
    assert.equal(code, 0, stderr);
  }
  const records = rangesIn(join(dir, topic, '0'));
  assert.deepEqual(
    records.map(({ format }) => format),
    [1, 2, 1],
  );
  assert.deepEqual(coverage(records), [null, null, null]);
  assert.equal((await startClient(t, ['verify', dir]).ended).code, 0);
});
