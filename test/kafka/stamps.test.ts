import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { simulateNight } from '../../src/simulate/night.ts';
import { verifyFolder } from '../../src/verify/verify.ts';
import { allFilesIn, filesIn, newFolder, readJsonFile, runClient, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { filesOf, stampListOf } from '../../src/segment/record.ts';
import { projectRoot, readSamples, samplesDir, skipSamples } from '../support/samples.ts';
import { coverage, partitionFolders, rangesIn } from '../support/segments.ts';
import { mountTmpfs, skipMount } from '../support/tmpfs.ts';

const fields = ['cutoutDifference', 'cutoutScience', 'cutoutTemplate'] as const;
type Alert = Record<(typeof fields)[number], string | { stampData: string } | null>;

/** Where an alert keeps a stamp: LSST's field is the bytes, ZTF's a record around them. */
function stampIn(alert: Record<string, unknown>, field: (typeof fields)[number]): string | null {
  const stamp = (alert as Alert)[field];
  return typeof stamp === 'string' || stamp === null ? stamp : stamp.stampData;
}

/** The alerts of all ndjson segments that have their names, in offset order a partition. */
function segmentAlerts(dir: string): Record<string, unknown>[] {
  return partitionFolders(dir)
    .flatMap((folder) => rangesIn(folder).flatMap((record) => filesOf(record, folder.slice(dir.length + 1))))
    .map(({ path }) => join(dir, path))
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function assertZtfStamps(dir: string, alert: Record<string, unknown>): void {
  for (const field of fields) {
    const path = stampIn(alert, field) ?? '';
    assert.match(path, new RegExp(`^[^/]+/\\d+/stamps/\\d{17}000/\\d{20}\\.${field}\\.fits\\.gz$`));
    assert.match(gunzipSync(readFileSync(join(dir, path))).toString('latin1', 0, 9), /^SIMPLE {2}=/);
  }
}

/** The images below a folder, and nothing of the names that they have before. */
function imagesIn(dir: string): string[] {
  return filesIn(dir).filter((path) => /\/stamps\/.*\.fits(\.gz)?$/.test(path));
}

async function assertAllNamed(dir: string): Promise<void> {
  const { findings, partitions } = await verifyFolder(dir);
  assert.ok(findings.clean, JSON.stringify(findings.faults));
  const strange = [...findings.notes.keys()].filter((heading) => /^Files|^Temporaries/.test(heading));
  assert.deepEqual(strange, []);
  assert.equal(
    partitions.reduce((sum, { alerts }) => sum + alerts, 0),
    filesIn(dir).filter((path) => path.endsWith('.json')).length,
  );
}

/** A topic of two partitions with 300 alerts of ZTF, in turn. */
async function topicWithNight() {
  const topic = await newTopic(2);
  const night = [...simulateNight({ survey: 'ztf', seed: 3, count: 300, history: 1 })];
  await produce(
    topic,
    night.map(({ value }, i) => ({ value, partition: i % 2 })),
  );
  return { topic, night };
}

for (const survey of ['ztf', 'lsst'] as const) {
  test(`stamps of real ${survey} alerts become the files that the alert names, with the same bytes`, {
    skip: skipKafka || skipSamples,
  }, async (t) => {
    const dir = newFolder(t);
    const topic = await newTopic();
    const samples = readSamples(survey);
    await produce(
      topic,
      samples.map(({ wire }) => ({ value: wire })),
    );
    const { code, stderr } = await runClient(t, [
      ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--stamps', 'extract'],
      ...['--schema-dir', join(samplesDir, 'lsst', 'registry'), '--where', 'true'],
    ]);
    assert.equal(code, 0, stderr);
    for (const { name, json } of samples) {
      const alert = readJsonFile(join(dir, topic, `${name}.json`));
      const whole = JSON.parse(json.toString()) as Record<string, unknown>;
      for (const field of fields) {
        const file = stampIn(alert, field);
        assert.equal(file, `${name}.${field}.fits${survey === 'ztf' ? '.gz' : ''}`);
        const bytes = readFileSync(join(dir, topic, file));
        assert.equal(bytes.toString('base64'), stampIn(whole, field));
        assert.match((survey === 'ztf' ? gunzipSync(bytes) : bytes).toString('latin1', 0, 9), /^SIMPLE {2}=/);
        alert[field] = whole[field];
      }
      assert.deepEqual(alert, whole);
    }
    await assertAllNamed(dir);
  });
}

test('killed at any moment, no alert names a stamp that is not there, and in the end none is too many', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const { topic, night } = await topicWithNight();
  const args = [
    ...[topic, '-d', dir, '-g', unique('group'), '--stamps', 'extract', '--workers', '2'],
    // The broker soon takes a dead member for dead.
    ...['-X', 'session.timeout.ms=2000'],
  ];
  const stamps = (): number => allFilesIn(dir).filter((path) => path.endsWith('.fits.gz')).length;
  for (const enough of [1, 100]) {
    const { process: client, ended } = startClient(t, [
      ...[...args, '--bootstrap-servers', testKafka().bootstrap.plaintext],
    ]);
    await until('some are there', () => stamps() >= enough);
    client.kill('SIGKILL');
    await ended;
    for (const path of filesIn(dir).filter((each) => each.endsWith('.json'))) {
      const alert = readJsonFile(join(dir, path));
      for (const field of fields) {
        const bytes = readFileSync(join(dir, topic, stampIn(alert, field) ?? ''));
        assert.match(gunzipSync(bytes).toString('latin1', 0, 9), /^SIMPLE {2}=/);
      }
    }
  }
  const { code, stderr } = await runClient(t, [...args, '--until-end']);
  assert.equal(code, 0, stderr);
  const names = filesIn(dir).map((path) => basename(path));
  const expected = night.flatMap(({ name }) => [
    `${name}.json`,
    ...fields.map((field) => `${name}.${field}.fits.gz`),
  ]);
  assert.deepEqual(
    names.filter((name) => !expected.includes(name)),
    [],
  );
  assert.equal(names.length, expected.length);
  await assertAllNamed(dir);
});

test('verify tells of images of segments that are gone, torn or in no list, and of a list that is gone', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const night = [...simulateNight({ survey: 'lsst', seed: 3, count: 5, history: 1 })];
  await produce(
    topic,
    night.map(({ value }) => ({ value })),
  );
  const { code, stderr } = await runClient(t, [
    ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--output', 'avro', '--stamps', 'extract'],
    ...['--schema-dir', join(projectRoot, 'example_data', 'schemas')],
  ]);
  assert.equal(code, 0, stderr);
  const images = imagesIn(dir);
  assert.equal(images.length, 5 * fields.length);
  assert.ok((await verifyFolder(dir)).findings.clean);
  const [gone = '', torn = '', other = ''] = images;
  rmSync(join(dir, gone));
  truncateSync(join(dir, torn), 2_880);
  copyFileSync(join(dir, other), join(dir, dirname(other), 'copy.fits'));
  const { faults, notes } = (await verifyFolder(dir)).findings;
  assert.deepEqual(faults.lost.examples, [`${gone}: the alert is there, its stamp is gone`]);
  assert.deepEqual(faults.torn.examples, [`${torn}: its 2880 bytes are not those that were saved`]);
  assert.deepEqual(notes.get('Files that neither a journal nor a record names')?.examples, [
    join(dirname(other), 'copy.fits'),
  ]);
  const list = `${topic}/0/${String(0).padStart(20, '0')}.stamps`;
  truncateSync(join(dir, list), 100);
  const { torn: tornNow } = (await verifyFolder(dir)).findings.faults;
  assert.match(tornNow.examples.join('\n'), /\.stamps is not the list of 15 stamps that its record tells of/);
  rmSync(join(dir, list));
  const { lost } = (await verifyFolder(dir)).findings.faults;
  assert.deepEqual(lost.examples, [`${list}: the record is there, its list of stamps is not`]);
});

for (const [kind, more] of [
  ['segments', []],
  ['segments by path', ['--path', '{topic}/{candidate.fid}']],
] as const) {
  test(`killed at any moment, ${kind} name no image that is not there, and in the end hold every alert once`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const { topic, night } = await topicWithNight();
    const args = [
      ...[topic, '-d', dir, '-g', unique('group'), '--stamps', 'extract', '--workers', '2'],
      ...['--output', 'ndjson', ...more],
      ...['--segment-alerts', '20', '--segment-bytes', '100kB', '--batch-size', '10'],
      // The broker soon takes a dead member for dead.
      ...['-X', 'session.timeout.ms=2000'],
    ];
    const records = (): number => filesIn(dir).filter((path) => path.endsWith('.record')).length;
    for (const [what, isReached] of [
      ['some images are there', (): boolean => imagesIn(dir).length > 0],
      ['some segments are there', (): boolean => records() >= 2],
      ['more segments are there', (): boolean => records() >= 5],
    ] as const) {
      const { process: client, ended } = startClient(t, [
        ...[...args, '--bootstrap-servers', testKafka().bootstrap.plaintext],
      ]);
      await until(what, isReached);
      client.kill('SIGKILL');
      await ended;
      for (const alert of segmentAlerts(dir)) assertZtfStamps(dir, alert);
    }
    const { code, stderr } = await runClient(t, [...args, '--until-end']);
    assert.equal(code, 0, stderr);
    const alerts = segmentAlerts(dir);
    assert.deepEqual(
      alerts.map((alert) => stampIn(alert, 'cutoutScience')).sort(),
      [0, 1].flatMap((partition) =>
        Array.from(
          { length: 150 },
          (_, offset) =>
            `${topic}/${partition}/stamps/${'0'.repeat(20)}/${String(offset).padStart(20, '0')}.cutoutScience.fits.gz`,
        ),
      ),
    );
    for (const alert of alerts) assertZtfStamps(dir, alert);
    for (const folder of partitionFolders(dir)) {
      const ranges = rangesIn(folder);
      assert.deepEqual(coverage(ranges), Array<null>(150).fill(null));
      for (const range of ranges) assert.equal(stampListOf(range, '')?.images, fields.length * range.alerts);
    }
    assert.equal(imagesIn(dir).length, fields.length * night.length);
    const { findings } = await verifyFolder(dir);
    assert.ok(findings.clean, JSON.stringify(findings.faults));
    assert.deepEqual([...findings.notes.keys()], []);
  });
}

test('a disk that fills up with images is waited for; no segment is there before its images are', {
  skip: skipMount,
}, async (t) => {
  const { dir, remount } = mountTmpfs(t, '2m');
  const topic = await newTopic();
  const group = unique('group');
  const night = [...simulateNight({ survey: 'ztf', seed: 3, count: 200, history: 1 })];
  await produce(
    topic,
    night.map(({ value }) => ({ value })),
  );
  const client = startClient(t, [
    ...[topic, '-d', dir, '-g', group, '--until-end', '--stamps', 'extract', '--output', 'ndjson'],
    ...['--segment-alerts', '20', '--bootstrap-servers', testKafka().bootstrap.plaintext],
  ]);
  // Who meets it first tells it for all: a worker at an image, or the main thread at the segment.
  await client.says(/(?:Cannot write|cannot be written).*ENOSPC/);
  assert.ok(imagesIn(dir).length > 0);
  for (const alert of segmentAlerts(dir)) assertZtfStamps(dir, alert);
  const [committed = 0] = (await groupOffsets(group, topic)).committed;
  assert.ok(Math.max(0, committed) <= segmentAlerts(dir).length);
  remount('size=100m');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.equal(segmentAlerts(dir).length, night.length);
  const { findings } = await verifyFolder(dir);
  assert.ok(findings.clean, JSON.stringify(findings.faults));
  assert.deepEqual(readdirSync(join(dir, topic, '0', 'stamps')), [String(0).padStart(20, '0')]);
  assert.ok(!filesIn(dir).some((path) => path.endsWith('.tmp')), 'no temporary stays');
});
