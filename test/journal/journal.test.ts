import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Journal } from '../../src/journal/journal.ts';
import { PartitionNotes } from '../../src/journal/partition-notes.ts';
import { verifyFolder } from '../../src/verify/verify.ts';
import { newFolder } from '../support/client.ts';
import { putJournal } from '../support/output-folder.ts';

function noted(offset: number): { topic: string; partition: number; notes: PartitionNotes; upTo: number } {
  const notes = new PartitionNotes(offset, 'commit');
  notes.saved(offset, `{"offset":${offset}}\n`);
  return { topic: 'client.ztf', partition: 3, notes, upTo: offset + 1 };
}

test('a writer begins on a new line behind a line that has no end', async (t) => {
  const dir = newFolder(t);
  const file = join(dir, '_journal', 'ztf', '3.ndjson');
  const journal = new Journal(dir, (topic) => topic.replace('client.', ''), true);
  await journal.append([noted(0)]);
  appendFileSync(file, '{"offs');
  await journal.append([noted(1)]);
  assert.deepEqual(readFileSync(file, 'utf8').split('\n'), [
    '{"start":0,"behind":"commit"}',
    '{"offset":0}',
    '{"offs',
    '{"start":1,"behind":"commit"}',
    '{"offset":1}',
    '',
  ]);
});

test('a journal that is made anew, because somebody moved the folder away, says that what comes before is elsewhere', async (t) => {
  const dir = newFolder(t);
  const journal = new Journal(dir, (topic) => topic, true);
  const notes = new PartitionNotes(0, 'start');
  const at = { topic: 'ztf', partition: 3, notes };
  notes.absent(0, 'filtered');
  await journal.append([{ ...at, upTo: 1 }]);
  renameSync(join(dir, '_journal'), join(newFolder(t), '_journal'));
  notes.absent(1, 'filtered');
  await journal.append([{ ...at, upTo: 2 }]);
  const { findings } = await verifyFolder(dir);
  assert.ok(findings.clean, JSON.stringify(findings.faults));
});

const memory = '/dev/shm';
const hasOtherDisk = existsSync(memory) && statSync(memory).dev !== statSync(tmpdir()).dev;

test('a journal on another disk than the output folder is synced by itself, where a sync of that one is relied on', {
  skip: hasOtherDisk ? false : 'there is no second file system',
}, async (t) => {
  const dir = newFolder(t);
  const other = mkdtempSync(join(memory, 'antares-client-test-'));
  t.after(() => {
    rmSync(other, { recursive: true });
  });
  const handle = await open(dir);
  const sync = t.mock.method(Object.getPrototypeOf(handle) as FileHandle, 'sync');
  await handle.close();
  const append = (offset: number, wanted: boolean | 'elsewhere'): Promise<void> =>
    new Journal(dir, (topic) => topic, wanted).append([noted(offset)]);
  await append(0, 'elsewhere');
  assert.equal(sync.mock.callCount(), 0);
  rmSync(join(dir, '_journal'), { recursive: true });
  symlinkSync(other, join(dir, '_journal'));
  await append(1, 'elsewhere');
  assert.ok(sync.mock.callCount() > 0);
  sync.mock.resetCalls();
  await append(2, false);
  assert.equal(sync.mock.callCount(), 0);
});

test('a journal that cannot be written is an error, its lines are kept, and others are written all the same', async (t) => {
  const dir = newFolder(t);
  const journal = new Journal(dir, (topic) => topic, false);
  mkdirSync(join(dir, '_journal'));
  writeFileSync(join(dir, '_journal', 'client.ztf'), 'no folder');
  const stuck = noted(0);
  const other = { ...noted(7), topic: 'lsst' };
  await assert.rejects(journal.append([stuck, other]));
  assert.match(readFileSync(join(dir, '_journal', 'lsst', '3.ndjson'), 'utf8'), /"offset":7/);
  rmSync(join(dir, '_journal', 'client.ztf'));
  await journal.append([stuck, other]);
  assert.match(readFileSync(join(dir, '_journal', 'client.ztf', '3.ndjson'), 'utf8'), /"offset":0\}\n$/);
  assert.equal(
    readFileSync(join(dir, '_journal', 'lsst', '3.ndjson'), 'utf8').match(/"offset":7/g)?.length,
    1,
  );
});

test('a journal ends behind the highest offset that it tells of, saved or not, whatever stands last', async (t) => {
  const dir = newFolder(t);
  const at = { topic: 'ztf', partition: 3 };
  const journal = new Journal(dir, (topic) => topic, false);
  assert.equal(await journal.endOf(at), 0);
  putJournal(dir, 'ztf', 3, [
    { start: 0, behind: 'start' },
    { offset: 0, path: 'ztf/1.json', bytes: 2, crc32c: '00000000' },
    { from: 1, to: 6, outcome: 'filtered' },
    // An older writer was late, or something became known later.
    { from: 2, to: 3, outcome: 'expired' },
    { offset: 4, path: 'ztf/2.json', bytes: 2, crc32c: '00000000' },
  ]);
  assert.equal(await journal.endOf(at), 7);
});

test('a full disk counts as not written', { skip: process.platform !== 'linux' }, async (t) => {
  const dir = newFolder(t);
  mkdirSync(join(dir, '_journal', 'client.ztf'), { recursive: true });
  const file = join(dir, '_journal', 'client.ztf', '3.ndjson');
  symlinkSync('/dev/full', file);
  const full = noted(0);
  const journal = new Journal(dir, (topic) => topic, false);
  await assert.rejects(journal.append([full]), { code: 'ENOSPC' });
  rmSync(file);
  await journal.append([full]);
  assert.match(readFileSync(file, 'utf8'), /"offset":0\}\n$/);
});

test('of offsets that expired a journal keeps what came to something, and nothing of an earlier topic', async (t) => {
  const dir = newFolder(t);
  const journal = new Journal(dir, (topic) => topic, true);
  const kept = (high: number): Promise<unknown> =>
    journal.kept({ topic: 'ztf', partition: 0 }, [4, 30], high);
  assert.deepEqual(await kept(100), [], 'there is none');
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    { from: 0, to: 60, outcome: 'filtered' },
    { start: 2, behind: 'start' },
    { from: 2, to: 9, outcome: 'filtered' },
    { from: 10, to: 19, outcome: 'missing' },
    { from: 12, to: 14, outcome: 'expired' },
    { start: 25, behind: 'expired' },
    { from: 25, to: 39, outcome: 'dead' },
  ]);
  assert.deepEqual(await kept(100), [
    [4, 12],
    [15, 20],
    [25, 30],
  ]);
  assert.deepEqual(await kept(39), [], 'it tells of more than the topic has');
});

test('of offsets that expired only those files are looked for whose names none of a later offset has', async (t) => {
  const dir = newFolder(t);
  const journal = new Journal(dir, (topic) => topic, false);
  // None of them is there.
  const line = (offset: number, name: string) =>
    ({ offset, path: `ztf/${name}.json`, bytes: 2, crc32c: '00000000' }) as const;
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    line(4, 'a'),
    line(5, 'b'),
    line(6, 'a'),
    line(20, 'b'),
    line(21, 'a'),
  ]);
  const kept = (from: number, next: number): Promise<unknown> =>
    journal.kept({ topic: 'ztf', partition: 0 }, [from, next], 100);
  assert.deepEqual(await kept(4, 10), [[4, 7]], 'both are read again');
  assert.deepEqual(await kept(4, 21), [[4, 7]], 'b was to be there, and is not');
});
