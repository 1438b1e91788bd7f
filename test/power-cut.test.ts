import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { outcome } from '../src/batch/batch.ts';
import { crc32c } from '../src/checksum.ts';
import { formatLine } from '../src/journal/line.ts';
import { createLog } from '../src/log.ts';
import type { Message } from '../src/worker/message.ts';

import type { LayoutRecord } from '../src/segment/record.ts';
import { newWriter, temporaryName } from '../src/temporary.ts';
import { jsonAlert, newFolder, readJsonFile } from './support/client.ts';
import { anyBroker, configOf } from './support/options.ts';
import { put, putJournal, putLetter, putSegment } from './support/output-folder.ts';
import { messageOf } from './support/samples.ts';
import { chunkOf, recordOf, workOf } from './support/segments.ts';
import { ForgetfulFiles, type FileEvent } from './torture/check/durable.ts';
import { watchFiles } from './torture/inside/files.ts';

const events: FileEvent[] = [];
watchFiles({ kill: null, bug: null, traceFile: null }, (event) => events.push(event));
// Only now: what they import by name from Node.js is watched.
const { mkdir, open } = await import('node:fs/promises');
const { renameSync } = await import('node:fs');
const { resolveConfig } = await import('../src/config.ts');
const { Journal } = await import('../src/journal/journal.ts');
const { PartitionNotes } = await import('../src/journal/partition-notes.ts');
const { prepareOutput } = await import('../src/output.ts');
const { redo } = await import('../src/redo/redo.ts');
const { PartitionSegments } = await import('../src/segment/partition-segments.ts');
const { publishRange } = await import('../src/segment/publish.ts');
const { formatRecord, recordName, segmentBase } = await import('../src/segment/record.ts');
const { recover } = await import('../src/segment/recover.ts');
const { settingsForWorkers } = await import('../src/worker-settings.ts');
const { MessageWorker } = await import('../src/worker/message-worker.ts');
const { createPrepare } = await import('../src/worker/prepare.ts');
const { KnownSchemas } = await import('../src/worker/schemas.ts');
const { OutputFolder } = await import('../src/worker/write/folder.ts');
const { JsonFiles } = await import('../src/worker/write/json-files.ts');

/** A new output folder, and a disk that forgets what is not synced from now on. */
function newDisk(t: TestContext): { root: string; survives: (path: string) => boolean } {
  const root = newFolder(t);
  events.length = 0;
  const survives = (path: string): boolean => {
    const disk = new ForgetfulFiles(root);
    for (const event of events) disk.apply(event);
    return disk.survives(join(root, path));
  };
  return { root, survives };
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, 'a');
  await file.appendFile(text);
  await file.close();
}

test('an alert does not depend on the folder that another worker made and has not synced yet', (t) => {
  const { root, survives } = newDisk(t);
  const [one, other] = [1, 2].map((thread) => new OutputFolder(root, newWriter(), thread, []));
  one?.write('ztf/1.json', Buffer.from('{}'), true).publish();
  other?.write('ztf/2.json', Buffer.from('{}'), true).publish();
  other?.syncFolders();
  assert.ok(survives('ztf/2.json'));
});

test('what one sync of the whole output folder is for is synced by itself where a link leads to another disk', {
  skip: existsSync('/dev/shm') ? false : 'there is no second file system',
}, (t) => {
  const { root, survives } = newDisk(t);
  const other = mkdtempSync('/dev/shm/antares-');
  t.after(() => {
    rmSync(other, { recursive: true, force: true });
  });
  symlinkSync(other, join(root, 'ztf'));
  const folder = new OutputFolder(root, newWriter(), 1, []);
  const files = new JsonFiles(folder, 'group');
  const message = {} as Message;
  files.write(message, 'lsst/1.json', Buffer.from('{}')).publish();
  assert.ok(!files.needsFolderSync(outcome.SAVED));
  files.write(message, 'ztf/1.json', Buffer.from('{}')).publish();
  assert.ok(files.needsFolderSync(outcome.SAVED));
  files.syncFolders();
  assert.ok(survives('ztf/1.json'));
  assert.ok(!survives('lsst/1.json'), 'the sync of the whole comes later');
});

test('of two alerts in one folder the later does not depend on the sync for the earlier', (t) => {
  const { root, survives } = newDisk(t);
  const folder = new OutputFolder(root, newWriter(), 1, []);
  for (const name of ['ztf/1.json', 'ztf/2.json']) {
    folder.write(name, Buffer.from('{}'), true).publish();
    folder.syncFolders();
    assert.ok(survives(name), name);
  }
});

test('an output folder that somebody took away is on the disk again, with its own name', (t) => {
  const { root } = newDisk(t);
  const output = join(root, 'alerts/tonight');
  const folder = new OutputFolder(output, newWriter(), 1, []);
  folder.write('ztf/1.json', Buffer.from('{}'), true).publish();
  folder.syncFolders();
  renameSync(join(root, 'alerts'), join(root, 'archive'));
  events.length = 0;
  folder.write('ztf/2.json', Buffer.from('{}'), true).publish();
  folder.syncFolders();
  for (const path of [root, dirname(output), output, join(output, 'ztf')])
    assert.ok(
      events.some((event) => event.call === 'fsync' && event.path === path),
      `the names in ${path}`,
    );
});

for (const fileSync of ['file', 'group'] as const) {
  test(`${fileSync}: a dead letter is on the disk, whole, when its message counts as finished`, async (t) => {
    const { root, survives } = newDisk(t);
    const config = await configOf(['ztf', '-d', root, ...anyBroker]);
    const writer = newWriter();
    const settings = {
      ...settingsForWorkers(config, fileSync, false, writer),
      workerIndex: 1,
      deadThreads: [],
    };
    const folder = new OutputFolder(root, writer, 1, []);
    const sink = new JsonFiles(folder, fileSync);
    const prepare = createPrepare(settings, new KnownSchemas(), null, () => undefined);
    const worker = new MessageWorker(settings, prepare, sink, folder);
    const { files, result } = await worker.process(messageOf(Buffer.from('?')), 1);
    for (const file of files) file.publish();
    assert.ok(sink.needsFolderSync(result));
    sink.syncFolders();
    assert.equal(files.length, 2);
    for (const { path } of files) assert.ok(survives(path.slice(root.length + 1)), path);
  });
}

test('images that are synced together each have their name only with their bytes on the disk', async (t) => {
  const { root, survives } = newDisk(t);
  const folder = new OutputFolder(root, newWriter(), 1, []);
  const names = Array.from({ length: 20 }, (_, i) => `ztf/0/stamps/0/${i}.fits`);
  const images = names.map((name) => folder.writeAhead(name, Buffer.from('SIMPLE')));
  assert.ok(!events.some(({ call }) => call === 'rename'));
  for (const image of images) await image.publish();
  folder.syncFolders();
  for (const name of names) assert.ok(survives(name), name);
  for (const [at, event] of events.entries()) {
    if (event.call !== 'rename') continue;
    const before = events.slice(0, at);
    assert.ok(
      before.some((each) => each.call === 'fsync' && each.path === event.from),
      event.to,
    );
  }
});

test('a segment does not depend on the folder that another partition, or a killed process, has made', async (t) => {
  const { root, survives } = newDisk(t);
  await mkdir(join(root, 'ztf/1'), { recursive: true });
  const record = recordOf(7, 9, newWriter());
  const data = await open(join(root, 'ztf/1', record.temporary), 'wx');
  await data.writeFile('{}\n');
  await data.sync();
  await data.close();
  const unpublished = { record, recordTemporary: temporaryName(newWriter(), 0, 99), newlyMade: [] };
  assert.equal(await publishRange({ root, below: 'ztf/1' }, unpublished, true), 'published');
  for (const name of [recordName(7), record.segment]) assert.ok(survives(`ztf/1/${name}`), name);
});

/** A range of one alert in a folder of its own, as `--path` says. */
function layoutRecordOf(first: number, last: number, folder: string, writer: string): LayoutRecord {
  const { segment, temporary, bytes, crc32c: checksum, ...range } = recordOf(first, last, writer);
  const path = `${folder}/1-${segment}`;
  return { ...range, format: 2, files: [{ path, temporary, alerts: 1, bytes, crc32c: checksum }] };
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  await file.writeFile(text);
  await file.sync();
  await file.close();
}

test('a range of several files does not depend on the folders that others have made', async (t) => {
  const { root, survives } = newDisk(t);
  for (const folder of ['ztf/1', 'nights/24']) await mkdir(join(root, folder), { recursive: true });
  const record = layoutRecordOf(7, 9, 'nights/24', newWriter());
  const [file] = record.files;
  await writeDurably(join(root, 'ztf/1', file?.temporary ?? ''), '{}\n');
  const unpublished = { record, recordTemporary: temporaryName(newWriter(), 0, 99), newlyMade: [] };
  assert.equal(await publishRange({ root, below: 'ztf/1' }, unpublished, true), 'published');
  for (const path of [`ztf/1/${recordName(7)}`, file?.path ?? '']) assert.ok(survives(path), path);
});

test('what a killed writer left of any range is on the disk with the name that the next one gives it', async (t) => {
  const { root, survives } = newDisk(t);
  const writer = newWriter();
  await mkdir(join(root, 'ztf/1'), { recursive: true });
  for (const [first, last] of [
    [0, 4],
    [5, 8],
  ] as const) {
    const record = layoutRecordOf(first, last, `nights/${first}`, writer);
    await writeDurably(join(root, 'ztf/1', record.files[0]?.temporary ?? ''), '{}\n');
    await writeDurably(join(root, 'ztf/1', recordName(first)), formatRecord(record));
  }
  assert.equal((await recover({ root, below: 'ztf/1' }, newWriter()))?.next, 9);
  for (const first of [0, 5])
    assert.ok(survives(`nights/${first}/1-${segmentBase(first)}.ndjson`), `${first}`);
});

test('the images of a segment have their names on the disk before the segment has its own', async (t) => {
  const { root, survives } = newDisk(t);
  const writer = newWriter();
  const folder = 'ztf/0/stamps/00000000000000000000';
  const image = new OutputFolder(root, writer, 1, []).writeAhead(`${folder}/7.fits`, Buffer.from('SIMPLE'));
  // Its bytes are synced, its name is not.
  await image.publish();
  assert.ok(!survives(`${folder}/7.fits`));
  let temporaries = 0;
  const published = new Promise<void>((resolve, reject) => {
    const segments = new PartitionSegments(
      {
        ...{ topic: 'ztf', partition: 0, folder: { root, below: 'ztf/0' }, extension: '.ndjson' },
        ...{
          head: new Uint8Array(0),
          layout: null,
          descriptors: null,
          finishing: null,
          writer,
          sync: true,
          isShared: false,
        },
        limits: { bytes: 1_000_000, alerts: 1, ageMs: 1_000_000 },
        nextTemporary: () => temporaries++,
        onPublished: () => {
          resolve();
        },
        onLost: reject,
        onTrouble: reject,
        onManyFiles: () => undefined,
      },
      0,
      'start',
    );
    const work = workOf('a');
    segments.begin(work);
    const lines = Buffer.from('{}\n');
    const stamps = { lines, checksum: parseInt(crc32c(lines), 16), images: 1, folders: [folder] };
    segments.add(work, { ...chunkOf(0, '{}'), stamps });
  });
  await published;
  const paths = [recordName(0), `${segmentBase(0)}.ndjson`, `${segmentBase(0)}.stamps`];
  for (const path of paths) assert.ok(survives(`ztf/0/${path}`), path);
  const record = events.findIndex(
    ({ call, ...event }) => call === 'link' && 'to' in event && event.to.endsWith('.record'),
  );
  events.length = record;
  assert.ok(survives(`${folder}/7.fits`), 'the image comes first');
});

test('a journal that was moved away is on the disk, with its name, when another is begun', async (t) => {
  const { root } = newDisk(t);
  const journal = new Journal(root, (topic) => topic, true);
  const append = async (offset: number): Promise<void> => {
    const notes = new PartitionNotes(offset, 'journal');
    notes.absent(offset, 'filtered');
    await journal.append([{ topic: 'ztf', partition: 0, notes, upTo: offset + 1 }]);
  };
  await append(0);
  renameSync(join(root, '_journal'), join(root, 'archive'));
  events.length = 0;
  await append(1);
  const made = events.findIndex((event) => event.call === 'create' && event.path.endsWith('0.ndjson'));
  for (const folder of ['', '_journal', '_journal/ztf'])
    assert.ok(
      events.slice(made).some((event) => event.call === 'fsync' && event.path === join(root, folder)),
      `the names in ${folder}`,
    );
});

test('a journal that a killed process began is on the disk, with its name, when it is gone on with', async (t) => {
  const { root, survives } = newDisk(t);
  await mkdir(join(root, '_journal/ztf'), { recursive: true });
  await write(join(root, '_journal/ztf/0.ndjson'), '{"start":0,"behind":"start"}\n');
  const notes = new PartitionNotes(1, 'journal');
  notes.absent(1, 'filtered');
  await new Journal(root, (topic) => topic, true).append([{ topic: 'ztf', partition: 0, notes, upTo: 2 }]);
  assert.ok(survives('_journal/ztf/0.ndjson'));
});

test('files that a killed process has left are on the disk before segments go on behind them', async (t) => {
  const { root, survives } = newDisk(t);
  await mkdir(join(root, '_journal/ztf'), { recursive: true });
  await mkdir(join(root, 'ztf/tonight'), { recursive: true });
  await write(join(root, 'ztf/tonight/1.json'), '{}');
  const line = { offset: 0, path: 'ztf/tonight/1.json', bytes: 2, crc32c: crc32c('{}') };
  await write(join(root, '_journal/ztf/0.ndjson'), formatLine(line));
  const journal = new Journal(root, (topic) => topic, true);
  const at = { topic: 'ztf', partition: 0 };
  assert.equal(await journal.keep(at, [line]), null);
  for (const path of ['ztf/tonight/1.json', '_journal/ztf/0.ndjson']) assert.ok(survives(path), path);
});

test('the names of a new output folder, and of the folders that it is made in, are on the disk before it is used', async (t) => {
  const { root, survives } = newDisk(t);
  await prepareOutput(join(root, 'alerts/tonight'), 'json');
  assert.ok(survives('alerts/tonight'));
});

test('an output folder that a killed process made has its name on the disk before it is used', async (t) => {
  const { root, survives } = newDisk(t);
  await mkdir(join(root, 'alerts'));
  await prepareOutput(join(root, 'alerts'), 'json');
  assert.ok(survives('alerts'));
});

/** A dead letter whose message holds a good alert. */
function putGoodLetter(root: string): readonly string[] {
  const value = jsonAlert(70);
  const base = putLetter(root, 'ztf', 0, 1);
  const sidecar = readJsonFile(join(root, `${base}.json`));
  put(root, `${base}.bin`, value);
  put(root, `${base}.json`, JSON.stringify({ ...sidecar, bytes: value.length, crc32c: crc32c(value) }));
  return [`${base}.bin`, `${base}.json`].map((path) => join(root, path));
}

const covering = { topic: 'ztf', partition: 0, first: 0, last: 3 };
const places: Readonly<Record<string, { put: (root: string) => unknown; saved: readonly string[] }>> = {
  'without a journal': { put: () => undefined, saved: ['ztf/70.json'] },
  'with a journal': {
    put: (root) => {
      putJournal(root, 'ztf', 0, [
        { start: 0, behind: 'start' },
        { from: 0, to: 1, outcome: 'dead' },
      ]);
    },
    saved: ['ztf/70.json', '_journal/ztf/0.ndjson'],
  },
  'beside a segment': {
    put: (root) => putSegment(root, { ...covering, absent: [['dead', 1, 1]] }),
    saved: ['_redone/ztf/0-1.ndjson'],
  },
  'beside a segment that skipped it': {
    put: (root) => putSegment(root, { ...covering, absent: [['skipped', 1, 1]] }),
    saved: ['_redone/ztf/0-1.ndjson'],
  },
  'whose alert a segment holds that a killed process published': {
    put: (root) => putSegment(root, covering),
    saved: [`ztf/0/${recordName(0)}`],
  },
};
for (const [where, place] of Object.entries(places)) {
  test(`a dead letter ${where} goes only when what takes its place is on the disk`, async (t) => {
    const { root, survives } = newDisk(t);
    place.put(root);
    const letter = putGoodLetter(root);
    const config = resolveConfig({
      commandLine: { topics: [], given: { 'output-dir': root } },
      environment: {},
      isTerminal: false,
      needsTopics: false,
      needsBroker: false,
    });
    events.length = 0;
    const settings = settingsForWorkers(config, 'file', false, newWriter());
    const log = createLog({ level: 'warn', format: 'json' });
    await redo({ ...settings, workerIndex: 0, deadThreads: [] }, config, log, new AbortController().signal);
    const first = events.findIndex((event) => event.call === 'rename' && letter.includes(event.from));
    assert.ok(first >= 0, 'the letter went');
    events.length = first;
    for (const path of place.saved) assert.ok(survives(path), path);
  });
}
