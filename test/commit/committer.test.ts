import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { AlertConsumer, BrokerError, PartitionOffset } from '../../src/broker/consumer.ts';
import { Committer } from '../../src/commit/committer.ts';
import { partitionKey, PartitionProgress } from '../../src/commit/partition-progress.ts';
import { createLog } from '../../src/log.ts';

const UNKNOWN_MEMBER = 25;
/** Nobody waits so long, unless for something that never comes. */
const LONG_MS = 3_000;

/** A committer of one partition with three finished messages, whose broker answers when the test says so. */
function committing(t: TestContext) {
  const at = new PartitionProgress({ topic: 'ztf', partition: 0, offset: 0, committed: 0, behind: 'start' });
  at.watermark.finish(at.watermark.begin(0, 3), 3);
  const partitions = new Map([[partitionKey(at), at]]);
  const stored: number[] = [];
  const consumer = {
    onCommit: (() => undefined) as AlertConsumer['onCommit'],
    storeOffsets: (offsets: readonly PartitionOffset[]) => {
      stored.push(...offsets.map(({ offset }) => offset));
    },
    commit: () => undefined,
  };
  const committer = new Committer({
    consumer: consumer as unknown as AlertConsumer,
    durability: { fileSync: 'file', description: '', sync: () => Promise.resolve() },
    journal: null,
    partitions,
    log: createLog({ level: 'warn', format: 'json' }),
    commits: 'as-member',
    onRefused: () => undefined,
    closeSegments: null,
    onSyncFailed: () => undefined,
    telemetry: null,
  });
  t.after(() => {
    committer.close();
  });
  committer.finished();
  const answer = (code: number | null): void => {
    const error = code === null ? null : ({ code, message: 'refused' } as BrokerError);
    consumer.onCommit(error, [{ topic: 'ztf', partition: 0, offset: 3 }]);
  };
  const flush = () => committer.flush([at], performance.now() + LONG_MS);
  return { at, partitions, answer, flush, stored };
}

test('what the broker confirms is committed', async (t) => {
  const { at, answer, flush } = committing(t);
  const flushed = flush();
  answer(null);
  assert.equal(await flushed, 'confirmed');
  assert.equal(at.committed, 3);
});

test('a partition that is taken away while its commit is awaited is lost, and nobody waits for it', async (t) => {
  const { partitions, answer, flush } = committing(t);
  const flushed = flush();
  partitions.clear();
  answer(null);
  assert.equal(await flushed, 'lost');
});

test('who waits for a commit hears that it was refused, also when another begins to wait just then', async (t) => {
  const { answer, flush } = committing(t);
  const first = flush();
  answer(UNKNOWN_MEMBER);
  const second = flush();
  assert.equal(await first, 'lost');
  answer(UNKNOWN_MEMBER);
  assert.equal(await second, 'lost');
});

test('nothing is stored for a topic that is not known again yet, and nobody waits for that', async (t) => {
  const { at, answer, flush, stored } = committing(t);
  at.known = { offset: 2, timestampMs: 0, bytes: 1, crc32c: '' };
  assert.equal(await flush(), 'confirmed');
  assert.deepEqual(stored, []);
  at.known = null;
  const flushed = flush();
  answer(null);
  assert.equal(await flushed, 'confirmed');
  assert.deepEqual(stored, [3]);
});

test('nothing more is committed of a topic that was made again', async (t) => {
  const { at, flush, stored } = committing(t);
  at.isOther = true;
  assert.equal(await flush(), 'confirmed');
  assert.deepEqual(stored, []);
});
