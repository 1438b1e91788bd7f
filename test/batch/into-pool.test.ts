import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchView } from '../../src/batch/batch.ts';
import { BatchMemory } from '../../src/batch/batch-memory.ts';
import { IntoPool } from '../../src/batch/into-pool.ts';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import type { Pool } from '../../src/pool/pool.ts';
import type { Work } from '../../src/pool/work.ts';
import { Limit } from '../../src/stop/limit.ts';

test('where there is no memory for a batch, nothing of it counts as under way', () => {
  const at = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const memory = new BatchMemory(1_000_000);
  const submitted: number[] = [];
  const intoPool = new IntoPool({
    pool: {
      submit: (view: BatchView) => {
        submitted.push(view.batch.count);
        return { view } as Work;
      },
    } as unknown as Pool,
    limit: new Limit(null),
    memory,
    keepTombstones: false,
    cutAt: () => null,
    onBegun: () => undefined,
  });
  const message = { topic: 't', partition: 0, offset: 0, timestampMs: -1, key: null, headers: [] };
  const messages = [{ ...message, value: Buffer.from('x') }];
  const take = memory.take.bind(memory);
  memory.take = () => {
    throw new RangeError('Array buffer allocation failed');
  };
  assert.throws(() => {
    intoPool.submit(at, messages);
  }, RangeError);
  assert.equal(at.watermark.committable, 0);
  assert.equal(at.watermark.position, 0);
  memory.take = take;
  intoPool.submit(at, messages);
  assert.equal(at.watermark.position, 1);
  assert.equal(at.works.size, 1);
  assert.deepEqual(submitted, [1]);
});
