import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { formatRecord, parseRecord, type SegmentRecord } from '../../src/segment/record.ts';
import { AlertFiles } from '../../src/verify/alert-files.ts';
import { Findings } from '../../src/verify/findings.ts';
import { reportOf } from '../../src/verify/report.ts';
import { noteStrangers } from '../../src/verify/strangers.ts';
import { verifyFolder } from '../../src/verify/verify.ts';
import { loadCompression } from '../../src/worker/write/compress.ts';
import { allFilesIn, newFolder } from '../support/client.ts';
import { age, frame, put, putAlert, putJournal, putLetter, putSegment } from '../support/output-folder.ts';

type Counts = Partial<Record<'lost' | 'doubled' | 'torn', number>>;

async function findingsIn(dir: string): Promise<Findings> {
  return (await verifyFolder(dir)).findings;
}

async function assertFaults(dir: string, wanted: Counts): Promise<Findings> {
  const { findings, partitions } = await verifyFolder(dir);
  const { lost, doubled, torn } = findings.faults;
  assert.deepEqual(
    { lost: lost.count, doubled: doubled.count, torn: torn.count },
    { lost: 0, doubled: 0, torn: 0, ...wanted },
    reportOf({ findings, partitions }),
  );
  return findings;
}

/** A folder of every kind, with nothing wrong in it. */
function goodFolder(t: TestContext): string {
  const dir = newFolder(t);
  putSegment(dir, {
    topic: 'ztf',
    partition: 0,
    first: 0,
    last: 9,
    absent: [
      ['dead', 3, 3],
      ['filtered', 8, 9],
    ],
  });
  putLetter(dir, 'ztf', 0, 3);
  putSegment(dir, {
    topic: 'ztf',
    partition: 0,
    first: 10,
    last: 19,
    several: [
      [12, 3],
      [13, 0],
    ],
    extension: 'ndjson.gz',
  });
  putSegment(dir, {
    topic: 'ztf',
    partition: 1,
    first: 5,
    last: 9,
    behind: 'commit',
    absent: [['missing', 6, 7]],
    extension: 'raw',
  });
  putJournal(dir, 'lsst', 0, [
    { start: 0, behind: 'start' },
    putAlert(dir, 0, 'lsst/a.json'),
    putAlert(dir, 1, 'lsst/b.json'),
    { from: 2, to: 3, outcome: 'filtered' },
    putAlert(dir, 4, 'lsst/e.json', '{"candid": 4, "ra": NaN}'),
    { from: 5, to: 5, outcome: 'dead' },
    { ...putAlert(dir, 6, 'lsst/c.json'), record: 0 },
    { ...putAlert(dir, 6, 'lsst/d.json'), record: 1 },
  ]);
  putLetter(dir, 'lsst', 0, 5);
  return dir;
}

test('a good folder of every kind is clean, and the report counts what is in it', async (t) => {
  const dir = goodFolder(t);
  await assertFaults(dir, {});
  const report = reportOf(await verifyFolder(dir));
  const rows = report
    .split('\n\n')[0]
    ?.split('\n')
    .map((line) => line.split(/\s{2,}/));
  assert.deepEqual(rows?.slice(1), [
    ['lsst/0', 'json', '0–6', '5', '2', '1', '0', '0', '0'],
    ['ztf/0', 'ndjson, ndjson.gz', '0–19', '18', '2', '1', '0', '0', '0'],
    ['ztf/1', 'raw', '5–9', '3', '0', '0', '0', '0', '2'],
  ]);
  assert.match(report, /committed them before .*\(5\):\n {2}ztf\/1 offsets 0–4/);
  assert.match(report, /Nothing is lost, doubled or torn\.\n$/);
});

test('whatever byte of a segment, record, alert or dead letter changes, it is noticed', async (t) => {
  const dir = goodFolder(t);
  const seed = Date.now() % 1_000_000;
  // Lines of journals and texts of dead letters have no checksum: what still makes sense is believed.
  for (const path of allFilesIn(dir).filter((each) => !/^_journal|^_dead-letter.*json$/.test(each))) {
    const full = join(dir, path);
    const whole = readFileSync(full);
    // Every byte would take long; a different selection each time finds what a fixed one never would.
    for (let at = seed % 5; at < whole.length; at += 1 + ((seed + at) % 9)) {
      const changed = Buffer.from(whole);
      changed.writeUInt8((whole[at] as number) ^ (1 << ((seed + at) % 7)), at);
      writeFileSync(full, changed);
      age(full);
      const { clean } = await findingsIn(dir);
      assert.ok(!clean, `${path} changed at ${at}, seed ${seed}`);
    }
    writeFileSync(full, whole);
    age(full);
  }
  await assertFaults(dir, {});
});

test('whatever file goes, it is noticed', async (t) => {
  const dir = goodFolder(t);
  const away = join(newFolder(t), 'away');
  for (const path of allFilesIn(dir).filter((each) => !each.startsWith('_journal'))) {
    renameSync(join(dir, path), away);
    assert.ok((await findingsIn(dir)).faults.lost.count > 0, path);
    renameSync(away, join(dir, path));
  }
  await assertFaults(dir, {});
});

test('what cannot be read is told among the rest, and the rest is looked at', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    ...[0, 1, 2].map((offset) => putAlert(dir, offset, `ztf/${offset}.json`)),
    { from: 3, to: 3, outcome: 'dead' },
  ]);
  putLetter(dir, 'ztf', 0, 3);
  for (const path of [
    'ztf/1.json',
    '_dead-letter/ztf/0-3.bin',
    '_redone/ztf/0-3.ndjson',
    '_journal/ztf/1.ndjson',
  ]) {
    rmSync(join(dir, path), { force: true });
    mkdirSync(join(dir, path), { recursive: true });
  }
  rmSync(join(dir, 'ztf/2.json'));
  const { faults } = await assertFaults(dir, { lost: 1, torn: 4 });
  for (const example of faults.torn.examples) assert.match(example, /cannot be read: EISDIR/);
  rmSync(join(dir, '_dead-letter'), { recursive: true });
  writeFileSync(join(dir, '_dead-letter'), '');
  await assert.rejects(verifyFolder(dir), { name: 'ClientError', message: /cannot be verified: ENOTDIR/ });
});

test('topics whose names begin like the folders of the client are looked at like all others', async (t) => {
  for (const topic of ['_ztf', '.ztf', '_journals', '%5Fjournal']) {
    const dir = newFolder(t);
    const base = putSegment(dir, { topic, partition: 0, first: 0, last: 9 });
    assert.match(reportOf(await verifyFolder(dir)), /0–9/, topic);
    rmSync(join(dir, `${base}.ndjson`));
    await assertFaults(dir, { lost: 10 });
  }
});

/** Moves what a folder holds under a name to another disk, and leaves a link. */
function moveAway(dir: string, name: string, disk: string): string {
  const away = join(disk, name.replaceAll('/', '-'));
  renameSync(join(dir, name), away);
  symlinkSync(away, join(dir, name));
  return away;
}

test('what was moved to another disk and left a link is looked at, and so is what lies in it', async (t) => {
  for (const name of [
    'ztf',
    'ztf/0',
    'lsst',
    '_journal',
    '_journal/lsst',
    '_dead-letter',
    '_dead-letter/ztf',
  ]) {
    const [dir, disk] = [goodFolder(t), newFolder(t)];
    const report = reportOf(await verifyFolder(dir));
    const away = moveAway(dir, name, disk);
    assert.equal(reportOf(await verifyFolder(dir)), report, name);
    for (const path of allFilesIn(away).filter((each) => !/(?:^|\/)0\.ndjson$/.test(each))) {
      renameSync(join(away, path), join(disk, 'file'));
      assert.ok((await findingsIn(dir)).faults.lost.count > 0, `${name}: ${path}`);
      renameSync(join(disk, 'file'), join(away, path));
    }
    // The other disk is not there.
    renameSync(away, join(disk, 'gone'));
    assert.ok((await findingsIn(dir)).faults.lost.count > 0, name);
  }
});

test('links that lead round, up, or to what has a name of its own add nothing', async (t) => {
  const [dir, disk] = [goodFolder(t), newFolder(t)];
  const report = reportOf(await verifyFolder(dir));
  moveAway(dir, 'ztf', disk);
  symlinkSync('ztf', join(dir, 'zwicky'));
  symlinkSync('.', join(dir, 'self'));
  symlinkSync('..', join(dir, 'up'));
  symlinkSync(join(disk, 'ztf'), join(disk, 'ztf', 'round'));
  symlinkSync(dir, join(disk, 'ztf', 'back'));
  assert.equal(reportOf(await verifyFolder(dir)), report);
});

test('a file of a layout that no record lists is found behind a link too', async (t) => {
  const [dir, disk] = [goodFolder(t), newFolder(t)];
  put(disk, '0-00000000000000000010.ndjson', '{}\n');
  symlinkSync(disk, join(dir, '2026-11-24'));
  await assertFaults(dir, { lost: 1 });
});

test('without its journal the files of a topic are told as unknown, which is no fault', async (t) => {
  const dir = goodFolder(t);
  rmSync(join(dir, '_journal'), { recursive: true });
  const { notes } = await assertFaults(dir, {});
  assert.equal(notes.get('Files that neither a journal nor a record names')?.count, 5);
});

test('a gap between two segments is lost, but for what the group had committed or what had expired', async (t) => {
  for (const [behind, lost] of [
    ['segment', 5],
    ['start', 5],
    ['commit', 0],
    ['expired', 0],
  ] as const) {
    const dir = newFolder(t);
    putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 4 });
    putSegment(dir, { topic: 'ztf', partition: 0, first: 10, last: 12, behind });
    await assertFaults(dir, { lost });
  }
});

test('segments that lie one over the other are doubled', async (t) => {
  const dir = newFolder(t);
  putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9 });
  putSegment(dir, { topic: 'ztf', partition: 0, first: 7, last: 12 });
  await assertFaults(dir, { doubled: 3 });
});

test('a dead letter of an offset that was saved by a later attempt is told, and no fault', async (t) => {
  for (const kind of ['segment', 'journal'] as const) {
    const dir = newFolder(t);
    if (kind === 'segment') putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9 });
    else putJournal(dir, 'ztf', 0, [{ start: 4, behind: 'start' }, putAlert(dir, 4, 'ztf/a.json')]);
    putLetter(dir, 'ztf', 0, 4);
    const { notes } = await assertFaults(dir, {});
    assert.deepEqual(
      [...notes.keys()],
      [
        'Dead letters of offsets that have been saved since; antares-client redo clears away those of the same messages',
      ],
    );
  }
});

test('a dead offset without its letter is lost, unless it was redone', async (t) => {
  const dir = newFolder(t);
  putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9, absent: [['dead', 2, 4]] });
  putLetter(dir, 'ztf', 0, 3);
  await assertFaults(dir, { lost: 2 });
  put(dir, '_redone/ztf/0-2.ndjson', '{"candid":2}\n{"candid":3}\n');
  put(dir, '_redone/ztf/0-4.ndjson', '{"candid":4}\n');
  await assertFaults(dir, {});
  put(dir, '_redone/ztf/0-4.ndjson', '{"candid":4');
  await assertFaults(dir, { torn: 1 });
});

test('an offset that a segment has saved and that was redone as well is doubled', async (t) => {
  const dir = newFolder(t);
  putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 3 });
  put(dir, '_redone/ztf/0-2.ndjson', '{"candid": 2}\n');
  await assertFaults(dir, { doubled: 1 });
});

test('a record whose segment still has its temporary name is unfinished, not lost', async (t) => {
  const dir = newFolder(t);
  const base = putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9, extension: 'ndjson.gz' });
  const { temporary } = parseRecord(readFileSync(join(dir, `${base}.record`), 'utf8')) as SegmentRecord;
  renameSync(join(dir, `${base}.ndjson.gz`), join(dir, 'ztf', '0', temporary));
  const { notes } = await assertFaults(dir, {});
  assert.ok(
    [...notes.keys()].some((heading) => heading.startsWith('Segments whose publication was cut off')),
  );
  rmSync(join(dir, 'ztf', '0', temporary));
  await assertFaults(dir, { lost: 10 });
});

test('a record that contradicts itself, its name or its segment is torn', async (t) => {
  const changes = [
    { alerts: 11 },
    { last: 8 },
    { first: 1 },
    { partition: 2 },
    { segment: '00000000000000000001.ndjson' },
    { absent: [['filtered', 4, 3]] as [['filtered', number, number]] },
    { several: [[12, 2]] as [[number, number]] },
    { bytes: 1 },
    { crc32c: '00000000' },
  ];
  for (const change of changes) {
    const dir = newFolder(t);
    putSegment(dir, {
      topic: 'ztf',
      partition: 0,
      first: 0,
      last: 9,
      change: (record) => ({ ...record, ...change }),
    });
    assert.ok(!(await findingsIn(dir)).clean, JSON.stringify(change));
  }
});

test('a segment with a line too few has lost it, though size and checksum fit', async (t) => {
  const dir = newFolder(t);
  putSegment(dir, {
    topic: 'ztf',
    partition: 0,
    first: 0,
    last: 9,
    change: (record) => ({ ...record, last: 10, alerts: 11 }),
  });
  await assertFaults(dir, { lost: 1 });
});

test('the lines of a zstd segment are counted and parsed, also on a Node.js without zstd', async (t) => {
  const compress = await loadCompression('zstd');
  const frame = (bytes: Buffer): Buffer => Buffer.from(compress(new Uint8Array(bytes)));
  // A frame for each part of it, as a segment of several chunks has.
  const frames = (content: Buffer): Buffer[] =>
    [content.subarray(0, 40), content.subarray(40, 41), content.subarray(41)].map(frame);
  const segment = { topic: 'ztf', partition: 0, first: 0, last: 9, extension: 'ndjson.zst' } as const;
  const packed: Record<string, (content: Buffer) => Buffer> = {
    whole: (content) => Buffer.concat(frames(content)),
    'a line too few': (content) => frame(content.subarray(0, content.lastIndexOf('\n', -2) + 1)),
    'a line that is not JSON': (content) => frame(Buffer.from(String(content).replace('{', '!'))),
    'a last frame without its end': (content) => Buffer.concat(frames(content)).subarray(0, -2),
    'something behind the frames': (content) => Buffer.concat([...frames(content), Buffer.from('more text')]),
    'a frame that lies about its size': (content) => {
      const lies = frame(content.subarray(0, 200));
      lies[lies.indexOf(200)] = 100;
      return lies;
    },
  };
  const wanted: Record<string, Counts> = { whole: {}, 'a line too few': { lost: 1 } };
  for (const [what, pack] of Object.entries(packed)) {
    const dir = newFolder(t);
    putSegment(dir, { ...segment, pack });
    await assertFaults(dir, wanted[what] ?? { torn: 1 });
  }
});

test('a raw segment with a frame of another offset is torn, though its checksums fit', async (t) => {
  const dir = newFolder(t);
  const base = putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 1, extension: 'raw' });
  const data = Buffer.concat([Buffer.from('ANTRAW1\n'), frame(0), frame(7)]);
  const { crc32c } = await import('../../src/checksum.ts');
  const record = parseRecord(readFileSync(join(dir, `${base}.record`), 'utf8')) as SegmentRecord;
  put(dir, `${base}.raw`, data);
  put(dir, `${base}.record`, formatRecord({ ...record, bytes: data.length, crc32c: crc32c(data) }));
  await assertFaults(dir, { torn: 1 });
});

test('of a name that several offsets gave, the file must hold the highest', async (t) => {
  const dir = newFolder(t);
  const old = putAlert(dir, 0, 'ztf/a.json', '{"version": 1}');
  const lines = [old, putAlert(dir, 1, 'ztf/a.json', '{"version": 2}')];
  putJournal(dir, 'ztf', 0, lines);
  await assertFaults(dir, {});
  put(dir, 'ztf/a.json', '{"version": 1}');
  await assertFaults(dir, { torn: 1 });
});

test('of a name that two partitions gave, the file may hold what either saved last', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [putAlert(dir, 0, 'all/a.json', '{"from": 0}')]);
  putJournal(dir, 'ztf', 1, [putAlert(dir, 0, 'all/a.json', '{"from": 1}')]);
  await assertFaults(dir, {});
  put(dir, 'all/a.json', '{"from": 0}');
  await assertFaults(dir, {});
  put(dir, 'all/a.json', '{"from": 2}');
  await assertFaults(dir, { torn: 1 });
});

test('a file that is newer than its journal and whole is told, for a client may be at work', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [putAlert(dir, 0, 'ztf/a.json', '{"version": 1}')]);
  writeFileSync(join(dir, 'ztf/a.json'), '{"version": 2}');
  const { notes } = await assertFaults(dir, {});
  assert.ok([...notes.keys()].some((heading) => heading.startsWith('Files that are newer')));
  writeFileSync(join(dir, 'ztf/a.json'), '{"version": 2');
  await assertFaults(dir, { torn: 1 });
});

test('so is an image that is newer than its journal and whole', async (t) => {
  const dir = newFolder(t);
  const fits = (version: number): Buffer => Buffer.from(`SIMPLE  =  T / ${version}`.padEnd(2_880));
  for (const [extension, pack] of [
    ['fits', (bytes: Buffer): Buffer => bytes],
    ['fits.gz', (bytes: Buffer): Buffer => gzipSync(bytes)],
  ] as const) {
    const path = `ztf/a.cutoutScience.${extension}`;
    const line = putAlert(dir, 0, path, pack(fits(1)));
    putJournal(dir, 'ztf', 0, [putAlert(dir, 0, 'ztf/a.json'), { ...line, stamp: 'cutoutScience' }]);
    writeFileSync(join(dir, path), pack(fits(2)));
    const { notes } = await assertFaults(dir, {});
    assert.ok([...notes.keys()].some((heading) => heading.startsWith('Files that are newer')));
    for (const part of [pack(fits(2)).subarray(0, -1), Buffer.alloc(2_880), Buffer.alloc(0)]) {
      writeFileSync(join(dir, path), part);
      await assertFaults(dir, { torn: 1 });
    }
    age(join(dir, path));
  }
});

test('of a topic that was begun anew, as one that was made again, a name holds what was saved since', async (t) => {
  const dir = newFolder(t);
  const earlier = putAlert(dir, 9, 'ztf/a.json', '{"of": "the earlier topic"}');
  const lower = putAlert(dir, 1, 'ztf/a.json', '{"version": 1}');
  const now = putAlert(dir, 2, 'ztf/a.json', '{"version": 2}');
  putJournal(dir, 'ztf', 0, [
    ...[{ start: 0, behind: 'start' }, { from: 0, to: 8, outcome: 'filtered' }, earlier],
    ...[{ start: 1, behind: 'start' }, lower, now],
  ]);
  const { notes } = await assertFaults(dir, {});
  assert.match(
    [...notes.keys()].join(),
    /^Files whose names higher offsets had before the topic was begun anew/,
  );
  for (const content of ['{"version": 1}', '{"of": "the earlier topic"}']) {
    put(dir, 'ztf/a.json', content);
    await assertFaults(dir, { torn: 1 });
  }
});

test('in a journal the later line counts, and a gap is lost', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [
    putAlert(dir, 0, 'ztf/a.json'),
    { from: 1, to: 3, outcome: 'dead' },
    { offset: 4, path: 'gone.json', bytes: 1, crc32c: '00000000' },
    { start: 2, behind: 'commit' },
    { from: 2, to: 2, outcome: 'filtered' },
    { from: 3, to: 4, outcome: 'tombstone' },
  ]);
  putLetter(dir, 'ztf', 0, 1);
  await assertFaults(dir, {});
  putJournal(dir, 'ztf', 0, [putAlert(dir, 0, 'ztf/a.json'), { from: 2, to: 3, outcome: 'missing' }]);
  rmSync(join(dir, '_dead-letter'), { recursive: true });
  await assertFaults(dir, { lost: 1 });
});

test('offsets that expired are not lost because the first one behind them was redone', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    putAlert(dir, 0, 'ztf/a.json'),
    { start: 10, behind: 'expired' },
    { from: 10, to: 10, outcome: 'dead' },
    putAlert(dir, 11, 'ztf/c.json'),
    // What redo says.
    { start: 10, behind: 'journal' },
    putAlert(dir, 10, 'ztf/b.json'),
  ]);
  const { notes } = await assertFaults(dir, {});
  assert.match([...notes.keys()].join(), /had expired/);
});

test('a journal line that a crash cut off is told; one in the middle of a run is torn', async (t) => {
  const dir = newFolder(t);
  const [a, b] = [putAlert(dir, 0, 'ztf/a.json'), putAlert(dir, 1, 'ztf/b.json')];
  putJournal(dir, 'ztf', 0, [a, b, '{"offset":2,"pa']);
  await assertFaults(dir, {});
  putJournal(dir, 'ztf', 0, [a, '{"offset":1,"pa\n', { start: 1, behind: 'commit' }, b]);
  await assertFaults(dir, {});
  putJournal(dir, 'ztf', 0, [a, '{"offset":1,"pa\n', b]);
  await assertFaults(dir, { torn: 1 });
});

test('what a client publishes while it is looked at is no fault, and what no record lists is lost', (t) => {
  const dir = newFolder(t);
  const base = putSegment(dir, { topic: '_ztf', partition: 0, first: 0, last: 9 });
  const record = parseRecord(readFileSync(join(dir, `${base}.record`), 'utf8')) as SegmentRecord;
  const [listed, unlisted] = ['2026-11-24/0-00000000000000000000', '2026-11-24/0-00000000000000000010'];
  const { temporary, bytes, crc32c, ...range } = { ...record, format: 2 as const, segment: undefined };
  const files = [{ path: `${listed}.ndjson`, temporary, alerts: 10, bytes, crc32c }];
  put(dir, `${base}.record`, formatRecord({ ...range, files }));
  for (const path of [listed, unlisted]) put(dir, `${path}.ndjson`, '{}\n');
  const findings = new Findings();
  // Nothing was there yet when records were listed.
  noteStrangers(dir, new AlertFiles(), new Set(), findings);
  assert.deepEqual(findings.faults.lost.examples, [
    `${unlisted}.ndjson is in no record, so nobody knows what it covers`,
  ]);
});

test('temporaries are told and no fault', async (t) => {
  const dir = newFolder(t);
  put(dir, 'ztf/.antares-00000000-1-00000000.1-2.tmp', 'half');
  const { notes } = await assertFaults(dir, {});
  assert.deepEqual([...notes.keys()], ['Temporaries: the next run sweeps those of dead writers']);
});
