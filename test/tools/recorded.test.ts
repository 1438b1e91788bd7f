import assert from 'node:assert/strict';
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordedPartitions } from '../../src/tools/recorded.ts';
import { ClientError } from '../../src/errors.ts';
import { newFolder } from '../support/client.ts';
import { putSegment } from '../support/output-folder.ts';

test('segments of topics whose names begin like the folders of the client are replayed', (t) => {
  const dir = newFolder(t);
  for (const topic of ['_ztf', '.ztf', 'ztf'])
    putSegment(dir, { topic, partition: 0, first: 0, last: 9, extension: 'raw' });
  assert.deepEqual(
    recordedPartitions(dir).map(({ topic, count }) => [topic, count]),
    [
      ['.ztf', 10],
      ['_ztf', 10],
      ['ztf', 10],
    ],
  );
});

test('segments of a folder that was moved away and left a link are replayed, once, and none is left out without a word', (t) => {
  const [dir, disk] = [newFolder(t), newFolder(t)];
  putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9, extension: 'raw' });
  renameSync(join(dir, 'ztf'), join(disk, 'ztf'));
  symlinkSync(join(disk, 'ztf'), join(dir, 'ztf'));
  symlinkSync('ztf', join(dir, 'ztf-too'));
  assert.deepEqual(
    recordedPartitions(dir).map(({ topic, count }) => [topic, count]),
    [['ztf', 10]],
  );
  renameSync(join(disk, 'ztf'), join(disk, 'elsewhere'));
  assert.throws(() => recordedPartitions(dir), ClientError);
});

test('nothing is replayed where a segment is gone that a record tells of', (t) => {
  const dir = newFolder(t);
  const base = putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 4, extension: 'raw' });
  putSegment(dir, { topic: 'ztf', partition: 0, first: 5, last: 9, extension: 'raw' });
  // What is no raw or Avro segment is not replayed, there or not, and told.
  const other = putSegment(dir, { topic: 'ztf', partition: 1, first: 0, last: 9, extension: 'ndjson' });
  rmSync(join(dir, `${other}.ndjson`));
  const others: string[] = [];
  assert.deepEqual(
    recordedPartitions(dir, (file) => others.push(file)).map(({ count }) => count),
    [10],
  );
  assert.deepEqual(others, [join(dir, `${other}.ndjson`)]);
  rmSync(join(dir, `${base}.raw`));
  assert.throws(() => recordedPartitions(dir), {
    code: 'BAD_MESSAGE',
    message: `${join(dir, base)}.raw is not there, and a record tells of it; nothing was sent. antares-client verify tells all that is gone.`,
  });
});
