import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import type { Work } from '../../src/pool/work.ts';
import { Limit } from '../../src/stop/limit.ts';

const at = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });

test('budgets that are out never add up to more than is wanted', () => {
  const limit = new Limit(10);
  assert.equal(limit.take(at, 0, 6), 6);
  assert.equal(limit.take(at, 0, 6), 4);
  assert.equal(limit.take(at, 0, 6), 0);
});

test('what a batch did not save of its budget can be given out again', () => {
  const limit = new Limit(10);
  const first = limit.take(at, 0, 10);
  limit.settle(first, 3, 3);
  assert.equal(limit.reached, false);
  assert.equal(limit.take(at, 0, 100), 7);
  limit.settle(7, 7, 7);
  assert.equal(limit.reached, true);
  assert.equal(limit.take(at, 0, 1), 0);
});

test('alerts that were thrown away may be saved again', () => {
  const limit = new Limit(10);
  limit.settle(limit.take(at, 0, 10), 10, 10);
  limit.takeBack(4);
  assert.equal(limit.reached, false);
  assert.equal(limit.take(at, 0, 100), 4);
});

test('without a limit there are no budgets and no end', () => {
  const limit = new Limit(null);
  assert.equal(limit.take(at, 0, 5), null);
  limit.settle(null, 5, 5);
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
  assert.equal(limit.take(other, 0, 6), 0);
  assert.equal(limit.take(again, 4, 8), null);
  const range = again.watermark.begin(4, 12);
  const work = { budget: null, view: { offset: () => 4 } } as unknown as Work;
  again.works.set(work, range);
  assert.equal(limit.take(again, 12, 6), 0);
  again.watermark.finish(range, 12);
  limit.settle(null, 11, 11);
  assert.equal(limit.reached, false, 'not before its batch is settled');
  again.works.delete(work);
  assert.equal(limit.reached, true);
  assert.equal(limit.take(other, 0, 6), 0);
});

/** A partition in batches of six messages. */
function partitionOfSixes(wanted: number): {
  limit: Limit;
  own: PartitionProgress;
  begin: (from: number) => Work;
} {
  const own = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const limit = new Limit(wanted);
  const begin = (from: number): Work => {
    const view = { offset: () => from, firstPending: () => 0, batch: { count: 6 } };
    const work = { budget: limit.take(own, from, 6), view } as unknown as Work;
    own.works.set(work, own.watermark.begin(from, from + 6));
    return work;
  };
  return { limit, own, begin };
}

test('a batch has no budget before those in front of it have enough: their files get names first', () => {
  const { limit, own, begin } = partitionOfSixes(11);
  limit.settle(0, 1, 1);
  const first = begin(0);
  const second = begin(6);
  const third = begin(12);
  limit.settle(first.budget, 0, 0);
  own.works.delete(first);
  assert.deepEqual([first.budget, second.budget, third.budget], [6, 4, 0]);
  assert.equal(limit.take(own, 18, 6), 0);
  limit.settle(second.budget, 0, 0);
  second.budget = limit.take(own, 6, 6);
  assert.equal(second.budget, 6);
  assert.equal(limit.take(own, 12, 6), 4);
});

test('where messages have several alerts, or nobody knows, a batch has no budget before those in front of it are done', () => {
  const { limit, own, begin } = partitionOfSixes(100);
  const first = begin(0);
  assert.deepEqual([first.budget, begin(6).budget], [6, 0]);
  limit.settle(first.budget, 6, 2);
  assert.equal(limit.take(own, 6, 6), 0);
  own.works.delete(first);
  assert.equal(limit.take(own, 6, 6), 6);
});
