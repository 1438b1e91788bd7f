import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Limit } from '../../src/stop/limit.ts';

test('budgets that are out never add up to more than is wanted', () => {
  const limit = new Limit(10);
  assert.equal(limit.take(6), 6);
  assert.equal(limit.take(6), 4);
  assert.equal(limit.take(6), 0);
});

test('what a batch did not save of its budget can be given out again', () => {
  const limit = new Limit(10);
  const first = limit.take(10);
  limit.settle(first, 3);
  assert.equal(limit.reached, false);
  assert.equal(limit.take(100), 7);
  limit.settle(7, 7);
  assert.equal(limit.reached, true);
  assert.equal(limit.take(1), 0);
});

test('alerts that were thrown away may be saved again', () => {
  const limit = new Limit(10);
  limit.settle(limit.take(10), 10);
  limit.takeBack(4);
  assert.equal(limit.reached, false);
  assert.equal(limit.take(100), 4);
});

test('without a limit there are no budgets and no end', () => {
  const limit = new Limit(null);
  assert.equal(limit.take(5), null);
  limit.settle(null, 5);
  assert.equal(limit.reached, false);
});
