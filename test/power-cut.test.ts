import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { crc32c } from '../src/checksum.ts';
import { formatLine } from '../src/journal/line.ts';
import { createLog } from '../src/log.ts';
import { newWriter, temporaryName } from '../src/temporary.ts';
import { jsonAlert, newFolder, readJsonFile } from './support/client.ts';
import { put, putJournal, putLetter, putSegment } from './support/output-folder.ts';
import { recordOf } from './support/segments.ts';
import { ForgetfulFiles, type FileEvent } from './torture/check/durable.ts';
import { watchFiles } from './torture/inside/files.ts';

const events: FileEvent[] = [];
watchFiles({ kill: null, bug: null, traceFile: null }, (event) => events.push(event));
// Only now: what they import by name from Node.js is watched.
const { mkdir, open } = await import('node:fs/promises');
const { resolveConfig } = await import('../src/config.ts');
const { Journal } = await import('../src/journal/journal.ts');
const { PartitionNotes } = await import('../src/journal/partition-notes.ts');
const { prepareOutput } = await import('../src/output.ts');
const { redo } = await import('../src/redo/redo.ts');
const { publishRange } = await import('../src/segment/publish.ts');
const { recordName } = await import('../src/segment/record.ts');
const { settingsForWorkers } = await import('../src/worker-settings.ts');
const { OutputFolder } = await import('../src/worker/write/folder.ts');

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
