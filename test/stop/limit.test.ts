import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchView, outcome, packBatch } from '../../src/batch/batch.ts';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import type { Work } from '../../src/pool/work.ts';
import { Limit } from '../../src/stop/limit.ts';
import { container, long } from '../support/avro.ts';

const at = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });

const schema = { type: 'record', name: 'alert', fields: [{ name: 'candid', type: 'long' }] };
const blockOf = (records: number) => ({
  records,
  bytes: Buffer.concat(Array.from({ length: records }, (_, i) => long(i))),
});

/** A batch of messages with so many alerts each, those of a message in blocks of two at the most. */
function batchOf(from: number, ...alerts: readonly number[]): BatchView {
  const messages = alerts.map((count, i) => {
    const blocks = Array.from({ length: Math.ceil(count / 2) }, (_, block) => Math.min(2, count - 2 * block));
    return { ...message(from + i), value: container(schema, blocks.map(blockOf)) };
  });
  return new BatchView(packBatch('t', 0, messages));
}

/** A batch of messages that are no containers. */
function plainBatch(from: number, messages: number): BatchView {
  return new BatchView(
    packBatch(
      't',
      0,
      Array.from({ length: messages }, (_, i) => message(from + i)),
    ),
  );
}

const message = (offset: number) => ({
  ...{ offset, timestampMs: 0, key: null, headers: [] },
  value: Buffer.from('{}'),
});

test('budgets that are out never add up to more than is wanted', () => {
  const limit = new Limit(10);
  assert.equal(limit.take(at, plainBatch(0, 6)), 6);
  assert.equal(limit.take(at, plainBatch(0, 6)), 4);
  assert.equal(limit.take(at, plainBatch(0, 6)), 0);
});

test('what a batch did not save of its budget can be given out again', () => {
  const limit = new Limit(10);
  const first = limit.take(at, plainBatch(0, 10));
  limit.settle(first, 3);
  assert.equal(limit.reached, false);
  assert.equal(limit.take(at, plainBatch(0, 100)), 7);
  limit.settle(7, 7);
  assert.equal(limit.reached, true);
  assert.equal(limit.take(at, plainBatch(0, 1)), 0);
});

test('alerts that were thrown away may be saved again', () => {
  const limit = new Limit(10);
  limit.settle(limit.take(at, plainBatch(0, 10)), 10);
  limit.takeBack(4);
  assert.equal(limit.reached, false);
  assert.equal(limit.take(at, plainBatch(0, 100)), 4);
});

test('without a limit there are no budgets and no end', () => {
  const limit = new Limit(null);
  assert.equal(limit.take(at, plainBatch(0, 5)), null);
  limit.settle(null, 5);
  assert.equal(limit.reached, false);
});

test('what is read again has no budget and counts, and nothing else begins or ends before it', () => {
  const again = new PartitionProgress({
    topic: 't',
    partition: 0,
    offset: 4,
    committed: 4,
    behind: 'commit',
  });
  const other = new PartitionProgress({ topic: 't', partition: 1, offset: 0, committed: 0, behind: 'start' });
  const limit = new Limit(10, () => [again]);
  limit.readsAgain(again, 12);
  assert.equal(limit.take(other, plainBatch(0, 6)), 0);
  assert.equal(limit.take(again, plainBatch(4, 8)), null);
  const range = again.watermark.begin(4, 12);
  const work = { budget: null, view: plainBatch(4, 8) } as unknown as Work;
  again.works.set(work, range);
  assert.equal(limit.take(again, plainBatch(12, 6)), 0);
  again.watermark.finish(range, 12);
  limit.settle(null, 11);
  assert.equal(limit.reached, false, 'not before its batch is settled');
  again.works.delete(work);
  assert.equal(limit.reached, true);
  assert.equal(limit.take(other, plainBatch(0, 6)), 0);
});

/** A partition whose batches are submitted. */
function partitionWith(wanted: number): {
  limit: Limit;
  own: PartitionProgress;
  begin: (view: BatchView) => Work;
} {
  const own = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const limit = new Limit(wanted);
  const begin = (view: BatchView): Work => {
    const budget = limit.take(own, view);
    const work = { budget, view, counted: 0, savedOfPending: 0 } as unknown as Work;
    own.works.set(work, own.watermark.begin(view.offset(0), view.offset(view.batch.count - 1) + 1));
    return work;
  };
  return { limit, own, begin };
}

test('a batch has no budget before those in front of it have enough: their files get names first', () => {
  const { limit, own, begin } = partitionWith(10);
  const first = begin(plainBatch(0, 6));
  const second = begin(plainBatch(6, 6));
  const third = begin(plainBatch(12, 6));
  limit.settle(first.budget, 0);
  own.works.delete(first);
  assert.deepEqual([first.budget, second.budget, third.budget], [6, 4, 0]);
  assert.equal(limit.take(own, plainBatch(18, 6)), 0);
  limit.settle(second.budget, 0);
  second.budget = limit.take(own, second.view);
  assert.equal(second.budget, 6);
  assert.equal(limit.take(own, third.view), 4);
});

test('a batch is allowed as many alerts as its messages have, so that it keeps nobody waiting who holds what it lacks', () => {
  const { begin } = partitionWith(10);
  assert.deepEqual(
    [batchOf(0, 1, 1), batchOf(2, 5, 1), batchOf(4, 1, 2), batchOf(6, 1)].map((view) => begin(view).budget),
    [2, 6, 2, 0],
  );
});

test('what a batch under way has saved is no longer left to it: those behind it wait where the rest is too little', () => {
  const { limit, own, begin } = partitionWith(10);
  const first = begin(batchOf(0, 5, 1, 5));
  assert.equal(first.budget, 10);
  first.view.finish(0, outcome.SAVED, 5);
  first.view.finish(1, outcome.SAVED, 1);
  // What others had is free again.
  limit.takeBack(3);
  assert.equal(limit.take(own, batchOf(3, 1)), 0);
});

test('a damaged container counts as one alert: it is a dead letter', () => {
  const { own, limit } = partitionWith(10);
  const [whole] = [container(schema, [blockOf(5)])];
  const cut = { ...message(0), value: whole.subarray(0, whole.length - 20) };
  assert.equal(limit.take(own, new BatchView(packBatch('t', 0, [cut]))), 1);
});
