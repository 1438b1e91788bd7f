import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SavedRuns } from '../../src/commit/saved-runs.ts';

test('what is thrown away from an offset on is counted, and once only', () => {
  const runs = new SavedRuns();
  for (let offset = 10; offset < 20; offset++) runs.add(offset, 1);
  runs.add(20, 3);
  runs.add(21, 0);
  runs.add(22, 1);
  assert.equal(runs.takeBack(15), 5 + 3 + 1);
  assert.equal(runs.takeBack(0), 0);
});

test('what is durable is never taken back', () => {
  const runs = new SavedRuns();
  // Batches are done in any order.
  for (const offset of [5, 6, 7, 0, 1, 2]) runs.add(offset, 1);
  runs.settle(3);
  assert.equal(runs.takeBack(6), 2);
  for (const offset of [10, 11, 12]) runs.add(offset, 1);
  // Of a run only a part is durable.
  runs.settle(12);
  assert.equal(runs.takeBack(12), 1);
});
