import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathInLayout, tellsTopicsApart } from '../../src/segment/layout.ts';
import { publishRange, PublicationCutOff } from '../../src/segment/publish.ts';
import { formatRecord, type LayoutRecord, recordName } from '../../src/segment/record.ts';
import { recover } from '../../src/segment/recover.ts';
import { newWriter, temporaryName } from '../../src/temporary.ts';
import { allFilesIn, newFolder } from '../support/client.ts';

const writer = newWriter();
// No process has this number.
const deadWriter = writer.replace(/-\d+-/, '-4194305-');
let temporaries = 0;
const nextTemporary = (who: string): string => temporaryName(who, 0, temporaries++);
const below = 't/0';

/** A range with files in these folders, whose temporaries are written. */
function rangeIn(
  root: string,
  first: number,
  last: number,
  folders: readonly string[],
  who = writer,
): LayoutRecord {
  const files = folders.map((folder) => ({
    path: pathInLayout({ prefix: '' }, folder, { partition: 0, first, extension: '.ndjson' }),
    temporary: nextTemporary(who),
    alerts: 1,
    bytes: 3,
    crc32c: '00000000',
  }));
  mkdirSync(join(root, below), { recursive: true });
  for (const { temporary, path } of files) writeFileSync(join(root, below, temporary), path);
  return {
    format: 2,
    files,
    topic: 't',
    partition: 0,
    first,
    last,
    behind: 'segment',
    alerts: files.length,
    absent: [],
    several: [],
    lastMessage: { offset: last, timestampMs: 1, bytes: 2, crc32c: '00000000' },
    writer: who,
  };
}

function publish(root: string, record: LayoutRecord): Promise<'published' | 'taken'> {
  return publishRange(
    { root, below },
    { record, recordTemporary: nextTemporary(writer), newlyMade: [] },
    true,
  );
}

const whole = (root: string, { first, files }: LayoutRecord): void => {
  assert.deepEqual(
    allFilesIn(root),
    [join(below, recordName(first)), ...files.map(({ path }) => path)].sort(),
  );
  for (const { path } of files) assert.equal(readFileSync(join(root, path), 'utf8'), path);
};

test('a range of several files is there with its record, and nothing else', async (t) => {
  const root = newFolder(t);
  const record = rangeIn(root, 7, 9, ['t/2026-11-24', 't/2026-11-25/deep']);
  assert.equal(await publish(root, record), 'published');
  assert.equal(record.files[0]?.path, 't/2026-11-24/0-00000000000000000007.ndjson');
  whole(root, record);
  assert.deepEqual(await recover({ root, below }, writer), { next: 10, lastMessage: record.lastMessage });
});

test('a range without any alert has a record and no file', async (t) => {
  const root = newFolder(t);
  const record = rangeIn(root, 0, 9, []);
  assert.equal(await publish(root, record), 'published');
  whole(root, record);
  assert.equal((await recover({ root, below }, writer))?.next, 10);
});

test('of two writers whose ranges of several files begin at one offset, all files of the first stay, and none of the other', async (t) => {
  const root = newFolder(t);
  const [one, two] = [rangeIn(root, 0, 4, ['a', 'b']), rangeIn(root, 0, 9, ['a', 'c'])];
  const results = await Promise.all([publish(root, one), publish(root, two)]);
  assert.deepEqual([...results].sort(), ['published', 'taken']);
  whole(root, results[0] === 'published' ? one : two);
});

// Every moment of a crash between the record and the last file: so many are linked, and so many have lost their first name.
for (const [linked, unlinked] of [
  [0, 0],
  [1, 0],
  [1, 1],
  [2, 1],
  [3, 2],
  [3, 3],
] as const) {
  test(`killed with ${linked} of 3 files published and ${unlinked} first names gone, the next run finishes the range`, async (t) => {
    const root = newFolder(t);
    await publish(root, rangeIn(root, 0, 4, ['a']));
    const record = rangeIn(root, 5, 8, ['a', 'b/c', 'd'], deadWriter);
    writeFileSync(join(root, below, recordName(5)), formatRecord(record));
    record.files.forEach(({ path, temporary }, i) => {
      if (i < linked) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        linkSync(join(root, below, temporary), join(root, path));
      }
      if (i < unlinked) unlinkSync(join(root, below, temporary));
    });
    assert.equal((await recover({ root, below }, writer))?.next, 9);
    for (const { path, temporary } of record.files) {
      assert.equal(readFileSync(join(root, path), 'utf8'), path);
      assert.ok(!existsSync(join(root, below, temporary)));
    }
  });
}

test('a range whose folder is on another disk is refused with its place before anything of it counts', {
  skip: existsSync('/dev/shm') ? false : 'there is no second file system',
}, async (t) => {
  const root = newFolder(t);
  const other = mkdtempSync('/dev/shm/antares-');
  t.after(() => {
    rmSync(other, { recursive: true, force: true });
  });
  symlinkSync(other, join(root, 'a'));
  const record = rangeIn(root, 0, 4, ['a', 'b']);
  await assert.rejects(publish(root, record), {
    code: 'OUTPUT',
    message: new RegExp(`^${join(root, 'a')} is on another file system than ${join(root, below)}`),
  });
  assert.deepEqual(allFilesIn(root), record.files.map(({ temporary }) => join(below, temporary)).sort());
});

test('a range whose folder has the name of a file leaves no record behind, however often it is tried', async (t) => {
  const root = newFolder(t);
  const record = rangeIn(root, 0, 4, ['a']);
  writeFileSync(join(root, 'a'), '');
  await assert.rejects(publish(root, record), { code: 'EEXIST' });
  assert.deepEqual(
    allFilesIn(root),
    ['a', ...record.files.map(({ temporary }) => join(below, temporary))].sort(),
  );
});

test('killed before its record, a range never was: its temporaries go', async (t) => {
  const root = newFolder(t);
  rangeIn(root, 0, 4, ['a', 'b'], deadWriter);
  assert.equal(await recover({ root, below }, writer), null);
  assert.deepEqual(allFilesIn(root), []);
});

test('files that were moved to an archive are not missed, with or without their folders', async (t) => {
  const root = newFolder(t);
  await publish(root, rangeIn(root, 0, 4, ['a', 'b']));
  rmSync(join(root, 'a'), { recursive: true });
  assert.equal((await recover({ root, below }, writer))?.next, 5);
});

test('where a file cannot get its name, its record counts and its data stays, until it can', async (t) => {
  const root = newFolder(t);
  const record = rangeIn(root, 0, 4, ['a', 'b']);
  const [, second] = record.files;
  // Its name is taken by something that is not there: a link that leads nowhere.
  mkdirSync(join(root, 'b'));
  symlinkSync(join(root, 'nowhere'), join(root, second?.path ?? ''));
  await assert.rejects(publish(root, record), PublicationCutOff);
  unlinkSync(join(root, second?.path ?? ''));
  assert.equal((await recover({ root, below }, writer))?.next, 5);
  whole(root, record);
});

test('where files of an earlier range were left behind, nothing of a new one is published', async (t) => {
  const root = newFolder(t);
  await publish(root, rangeIn(root, 0, 4, ['a', 'b']));
  renameSync(join(root, below), join(root, 'moved'));
  await assert.rejects(publish(root, rangeIn(root, 0, 9, ['b', 'c'])), {
    code: 'OUTPUT',
    message: /b\/0-0{20}\.ndjson is there already/,
  });
  assert.equal(await recover({ root, below }, writer), null);
});

test('a range of which a file was taken away is not published', async (t) => {
  const root = newFolder(t);
  const record = rangeIn(root, 0, 4, ['a', 'b']);
  unlinkSync(join(root, below, record.files[1]?.temporary ?? ''));
  await assert.rejects(publish(root, record), { code: 'ENOENT' });
  assert.equal(await recover({ root, below }, writer), null);
});

test('where a folder cannot be made, nothing is published', async (t) => {
  const root = newFolder(t);
  const record = rangeIn(root, 0, 4, ['a/b']);
  writeFileSync(join(root, 'a'), '');
  await assert.rejects(publish(root, record), { code: 'ENOTDIR' });
  assert.equal(await recover({ root, below }, writer), null);
});

test('folders that a message named like records and temporaries are no records and no temporaries', async (t) => {
  const root = newFolder(t);
  mkdirSync(join(root, below, recordName(3)), { recursive: true });
  mkdirSync(join(root, below, nextTemporary(deadWriter)));
  assert.equal(await recover({ root, below }, writer), null);
});

test('a template tells topics apart where one of its folders is the topic', () => {
  assert.ok(tellsTopicsApart('{topic}/{night}'));
  assert.ok(!tellsTopicsApart('{night}'));
  assert.ok(!tellsTopicsApart('{topic}-{a.b}'));
});
