import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';

test('what goes back to what is durable is told to the journal anew, once', () => {
  const at = new PartitionProgress({ topic: 'ztf', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const save = (offset: number): void => {
    at.watermark.finish(at.watermark.begin(offset, offset + 1), offset + 1);
    at.notes.saved(offset, `{"offset":${offset}}\n`);
  };
  save(0);
  at.notes.written(1);
  at.durable = 1;
  save(1);
  at.rewind();
  assert.deepEqual([at.finished, at.watermark.position], [1, 1]);
  save(1);
  assert.equal(at.notes.textBelow(2), '{"start":1,"behind":"journal"}\n{"offset":1}\n');
});

test('what goes back before the journal was told of anything still says how reading came to begin there', () => {
  const at = new PartitionProgress({
    topic: 'ztf',
    partition: 0,
    offset: 9,
    committed: -1,
    behind: 'expired',
  });
  at.watermark.begin(9, 10);
  at.rewind();
  at.notes.saved(9, '{"offset":9}\n');
  assert.equal(at.notes.textBelow(10), '{"start":9,"behind":"expired"}\n{"offset":9}\n');
});
