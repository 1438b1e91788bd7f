import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type PartitionFolder, publishFiles, publishRange } from '../../src/segment/publish.ts';
import {
  formatRecord,
  namedFilesOf,
  type RangeRecord,
  recordName,
  type SegmentRecord,
} from '../../src/segment/record.ts';
import { recover } from '../../src/segment/recover.ts';
import { newWriter, temporaryName } from '../../src/temporary.ts';
import { STAMPS_FOLDER } from '../../src/worker/select/stamps.ts';
import { newFolder } from '../support/client.ts';
import { rangesIn, recordOf as recordFor } from '../support/segments.ts';

const writer = newWriter();
let temporaries = 1_000;
const recordOf = (first: number, last: number): SegmentRecord => recordFor(first, last, writer);
const at = (folder: string): PartitionFolder => ({ root: folder, below: '' });

/** Writes the data of a segment under its temporary name, and publishes it. */
function publish(folder: string, record: SegmentRecord, content: string): Promise<'published' | 'taken'> {
  writeFileSync(join(folder, record.temporary), content);
  const recordTemporary = temporaryName(writer, 0, temporaries++);
  return publishRange(at(folder), { record, recordTemporary, newlyMade: [] }, true);
}

test('a published segment is there with its record, and nothing else', async (t) => {
  const folder = newFolder(t);
  const record = recordOf(7, 9);
  assert.equal(await publish(folder, record, '{}\n'), 'published');
  assert.deepEqual(readdirSync(folder).sort(), [record.segment, recordName(7)].sort());
  assert.equal(readFileSync(join(folder, recordName(7)), 'utf8'), formatRecord(record));
  assert.deepEqual(await recover(at(folder), writer), { next: 10, lastMessage: record.lastMessage });
});

test('a topic is known by the last message that was saved, also where only tombstones and markers came since', async (t) => {
  const folder = newFolder(t);
  const record = recordOf(0, 4);
  await publish(folder, record, '{}\n');
  const { topic, partition, behind } = record;
  for (const first of [5, 6]) {
    const range = { topic, partition, first, last: first, behind, alerts: 0, lastMessage: null, writer };
    const empty: RangeRecord = { format: 2, files: [], ...range, absent: [], several: [] };
    const recordTemporary = temporaryName(writer, 0, temporaries++);
    await publishRange(at(folder), { record: empty, recordTemporary, newlyMade: [] }, true);
  }
  assert.deepEqual(await recover(at(folder), writer), { next: 7, lastMessage: record.lastMessage });
});

test('of two writers that begin at one offset the first wins, and the other leaves nothing', async (t) => {
  const folder = newFolder(t);
  const results = await Promise.all([
    publish(folder, recordOf(0, 4), 'one\n'),
    publish(folder, recordOf(0, 9), 'two\n'),
  ]);
  assert.deepEqual([...results].sort(), ['published', 'taken']);
  const winner = results[0] === 'published' ? ['one\n', 5] : ['two\n', 10];
  assert.equal(readFileSync(join(folder, recordOf(0, 0).segment), 'utf8'), winner[0]);
  assert.equal((await recover(at(folder), writer))?.next, winner[1]);
  assert.equal(readdirSync(folder).length, 2);
});

test('of two ranges that overlap and begin at different offsets only the first is published', async (t) => {
  for (const [first, second] of [
    [recordOf(0, 9), recordOf(5, 14)],
    [recordOf(5, 14), recordOf(0, 9)],
    [recordOf(5, 6), recordOf(0, 9)],
    [recordOf(5, 14), recordOf(0, 5)],
    [recordOf(0, 5), recordOf(5, 14)],
  ] as const) {
    const folder = newFolder(t);
    assert.equal(await publish(folder, first, 'one\n'), 'published');
    await assert.rejects(publish(folder, second, 'two\n'), { code: 'OUTPUT', message: /--output-dir/ });
    assert.equal(rangesIn(folder).length, 1);
    assert.equal(await publish(folder, recordOf(15, 19), 'three\n'), 'published');
  }
});

test('who comes late, behind a writer that has gone on from the same offset, leaves nothing', async (t) => {
  const folder = newFolder(t);
  await publish(folder, recordOf(0, 4), 'one\n');
  await publish(folder, recordOf(5, 9), 'two\n');
  assert.equal(await publish(folder, recordOf(0, 7), 'late\n'), 'taken');
  assert.equal(readdirSync(folder).length, 4);
});

test('a record whose segment was not published before a crash is completed, and counts', async (t) => {
  const folder = newFolder(t);
  await publish(folder, recordOf(0, 4), 'a\n');
  const record = recordOf(5, 8);
  writeFileSync(join(folder, record.temporary), 'b\n');
  writeFileSync(join(folder, recordName(5)), formatRecord(record));
  assert.equal((await recover(at(folder), writer))?.next, 9);
  assert.equal(readFileSync(join(folder, record.segment), 'utf8'), 'b\n');
  assert.ok(!existsSync(join(folder, record.temporary)));
});

test('a list of stamps that was not published before a crash gets its name, also where the segment has its own', async (t) => {
  const folder = newFolder(t);
  const listTemporary = temporaryName(writer, 0, temporaries++);
  const stamps = { temporary: listTemporary, images: 1, bytes: 2, crc32c: '00000000' };
  const record = { ...recordOf(0, 4), stamps };
  mkdirSync(join(folder, STAMPS_FOLDER));
  writeFileSync(join(folder, listTemporary), 'a\n');
  writeFileSync(join(folder, record.segment), 'b\n');
  writeFileSync(join(folder, recordName(0)), formatRecord(record));
  assert.equal((await recover(at(folder), writer))?.next, 5);
  assert.equal(readFileSync(join(folder, '00000000000000000000.stamps'), 'utf8'), 'a\n');
  assert.ok(!existsSync(join(folder, listTemporary)));
});

test('a list of stamps of an earlier segment gets its name, too', async (t) => {
  const folder = newFolder(t);
  const stamps = {
    temporary: temporaryName(writer, 0, temporaries++),
    images: 1,
    bytes: 2,
    crc32c: '00000000',
  };
  mkdirSync(join(folder, STAMPS_FOLDER));
  writeFileSync(join(folder, stamps.temporary), 'a\n');
  writeFileSync(join(folder, recordOf(0, 4).segment), 'b\n');
  writeFileSync(join(folder, recordName(0)), formatRecord({ ...recordOf(0, 4), stamps }));
  await publish(folder, recordOf(5, 9), 'c\n');
  assert.equal((await recover(at(folder), writer))?.next, 10);
  assert.equal(readFileSync(join(folder, '00000000000000000000.stamps'), 'utf8'), 'a\n');
});

test('a writer that was overtaken between record and segment has published all the same', async (t) => {
  const folder = newFolder(t);
  const record = recordOf(0, 4);
  writeFileSync(join(folder, record.temporary), 'a\n');
  // Who recovered the folder was here in between.
  linkSync(join(folder, record.temporary), join(folder, record.segment));
  const recordTemporary = temporaryName(writer, 0, temporaries++);
  assert.equal(
    await publishRange(at(folder), { record, recordTemporary, newlyMade: [] }, false),
    'published',
  );
  assert.deepEqual(readdirSync(folder).sort(), [record.segment, recordName(0)].sort());
});

test('where only a record was moved away, its segment is not taken for the new one, and is named', async (t) => {
  const folder = newFolder(t);
  const { segment } = recordOf(0, 4);
  writeFileSync(join(folder, segment), 'old\n');
  await assert.rejects(publish(folder, recordOf(0, 9), 'new\n'), {
    code: 'OUTPUT',
    message: /0{20}\.ndjson is there already .* Move it away too/,
  });
  assert.ok(!existsSync(join(folder, recordName(0))), 'nothing counts as published');
  unlinkSync(join(folder, segment));
  assert.equal(await publish(folder, recordOf(0, 9), 'new\n'), 'published');
});

test('killed between record and segment, new data waits while another file has its name', async (t) => {
  const folder = newFolder(t);
  // A process of this writer's name is dead.
  const record = recordFor(0, 4, writer.replace(/-\d+-/, '-4194305-'));
  writeFileSync(join(folder, record.temporary), 'new\n');
  writeFileSync(join(folder, recordName(0)), formatRecord(record));
  writeFileSync(join(folder, record.segment), 'old\n');
  await assert.rejects(recover(at(folder), writer), { code: 'OUTPUT', message: /0{20}\.ndjson is there/ });
  renameSync(join(folder, record.segment), join(folder, 'away'));
  assert.equal((await recover(at(folder), writer))?.next, 5);
  assert.equal(readFileSync(join(folder, record.segment), 'utf8'), 'new\n');
});

test('a segment that another has finished meanwhile is believed where it has the bytes of its record', async (t) => {
  const folder = newFolder(t);
  const record = recordOf(0, 4);
  writeFileSync(join(folder, record.segment), '{}\n');
  await publishFiles(at(folder), namedFilesOf(record, ''), false);
  writeFileSync(join(folder, record.segment), 'another\n');
  await assert.rejects(publishFiles(at(folder), namedFilesOf(record, ''), false), { code: 'OUTPUT' });
});

test('temporaries of dead writers are swept, those of living ones stay', async (t) => {
  const folder = newFolder(t);
  const own = temporaryName(writer, 0, temporaries++);
  // No process has this number.
  const dead = own.replace(/-\d+-/, '-4194305-');
  // In a container every process may have the number that an earlier one had.
  const recycled = temporaryName(newWriter(), 0, temporaries++);
  const parent = own.replace(/-\d+-/, `-${process.ppid}-`);
  // Whether the processes of another host live nobody knows here.
  const elsewhere = dead.replace(/^\.antares-[0-9a-f]{8}/, '.antares-00000000');
  for (const name of [own, dead, recycled, parent, elsewhere]) writeFileSync(join(folder, name), '');
  assert.equal(await recover(at(folder), writer), null);
  assert.deepEqual(readdirSync(folder).sort(), [own, parent, elsewhere].sort());
});

test('data that a writer published just before it died is not swept, though nobody had seen its record', async (t) => {
  const folder = newFolder(t);
  const dying = recordFor(0, 4, writer.replace(/-\d+-/, `-${process.ppid}-`));
  writeFileSync(join(folder, dying.temporary), '{}\n');
  // Who asks whether it lives is told that it does not, and it has been quick.
  t.mock.method(process, 'kill', () => {
    writeFileSync(join(folder, recordName(0)), formatRecord(dying));
    throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
  });
  await recover(at(folder), writer);
  t.mock.restoreAll();
  assert.equal((await recover(at(folder), writer))?.next, 5);
  assert.equal(readFileSync(join(folder, dying.segment), 'utf8'), '{}\n');
});

test('a partition without a folder has nothing published', async (t) => {
  assert.equal(await recover(at(join(newFolder(t), 'none')), writer), null);
});

test('a folder that cannot be looked into is not taken for one without segments', async (t) => {
  const folder = newFolder(t);
  // A link that leads to itself.
  symlinkSync('p', join(folder, 'p'));
  await assert.rejects(recover({ root: folder, below: 'p' }, writer), {
    code: 'OUTPUT',
    message: /cannot be read/,
  });
});

test('a record that cannot be believed stops the client, naming it', async (t) => {
  const folder = join(newFolder(t), 'p');
  mkdirSync(folder);
  writeFileSync(
    join(folder, recordName(3)),
    formatRecord(recordOf(3, 4)).replace('"alerts":1', '"alerts":2'),
  );
  writeFileSync(join(folder, recordOf(3, 4).segment), '');
  await assert.rejects(recover(at(folder), writer), {
    code: 'OUTPUT',
    message: /00000000000000000003\.record/,
  });
});
