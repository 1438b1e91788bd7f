import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram } from '../../src/telemetry/histogram.ts';

test('a quantile is at most a step above the true value', () => {
  const histogram = new Histogram(1, 20);
  for (let value = 1; value <= 10_000; value++) histogram.record(value);
  for (const share of [0.01, 0.5, 0.9, 0.99, 1]) {
    const exact = share * 10_000;
    const told = histogram.quantile(share) ?? 0;
    assert.ok(told >= exact && told <= exact * 2 ** (1 / 8) + 1e-9, `${share}: ${told} for ${exact}`);
  }
});

test('many equal values count as so many', () => {
  const one = new Histogram(1, 10);
  const many = new Histogram(1, 10);
  for (let i = 0; i < 500; i++) one.record(37);
  many.record(37, 500);
  assert.deepEqual(many.cumulative(), one.cumulative());
  assert.equal(many.count, 500);
  assert.equal(many.sum, 500 * 37);
});

test('buckets hold what does not exceed their bound, and leave out what is beyond the last', () => {
  const histogram = new Histogram(1, 3);
  for (const value of [-5, 0, 1, 1.5, 2, 4, 8, 9, 1e12]) histogram.record(value);
  assert.deepEqual(histogram.cumulative(), [
    { bound: 1, count: 3 },
    { bound: 2, count: 5 },
    { bound: 4, count: 6 },
    { bound: 8, count: 7 },
  ]);
  assert.equal(histogram.count, 9);
});

test('a mark leaves what came before it out of the quantiles', () => {
  const histogram = new Histogram(1, 20);
  histogram.record(1_000, 1_000);
  const mark = histogram.mark();
  assert.equal(histogram.quantile(0.5, mark), null);
  histogram.record(2, 3);
  assert.equal(histogram.quantile(0.99, mark), 2);
});
