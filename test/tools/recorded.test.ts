import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedPartitions } from '../../src/tools/recorded.ts';
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
