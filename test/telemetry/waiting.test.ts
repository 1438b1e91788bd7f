import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchView, packBatch } from '../../src/batch/batch.ts';
import { Histogram } from '../../src/telemetry/histogram.ts';
import { Waiting } from '../../src/telemetry/waiting.ts';

const NOW_MS = Date.UTC(2026, 10, 25, 3);

/** A batch of messages, from this offset on, that were so old when they were read. */
function batch(first: number, agesMs: readonly number[]): BatchView {
  const messages = agesMs.map((ageMs, index) => ({
    ...{ offset: first + index, timestampMs: NOW_MS - ageMs, key: null, headers: [] },
    value: Buffer.from('alert'),
  }));
  return new BatchView(packBatch('topic', 0, messages));
}

test('a message counts when it is durable, by its age then', () => {
  const waiting = new Waiting();
  const latencyMs = new Histogram(1, 27);
  waiting.add(batch(10, [0, 0, 0]), NOW_MS);
  waiting.add(batch(13, [0, 0]), NOW_MS);
  waiting.durable(12, NOW_MS + 64, latencyMs);
  assert.equal(latencyMs.count, 0);
  waiting.durable(13, NOW_MS + 64, latencyMs);
  assert.equal(latencyMs.count, 3);
  waiting.durable(15, NOW_MS + 256, latencyMs);
  assert.equal(latencyMs.count, 5);
  assert.equal(latencyMs.sum, 3 * 64 + 2 * 256);
});

test('messages that are read once more count once', () => {
  const waiting = new Waiting();
  const latencyMs = new Histogram(1, 27);
  waiting.add(batch(0, [0, 0]), NOW_MS);
  waiting.add(batch(2, [0, 0]), NOW_MS);
  waiting.durable(2, NOW_MS + 4, latencyMs);
  // A failed sync: back to what is durable.
  waiting.add(batch(2, [0, 0, 0]), NOW_MS + 8);
  waiting.durable(5, NOW_MS + 16, latencyMs);
  assert.equal(latencyMs.count, 5);
});

test('ages are right to a hundredth or two, however long the way to the disk', () => {
  const waiting = new Waiting();
  const latencyMs = new Histogram(1, 27);
  const agesMs = Array.from({ length: 10_000 }, (_, index) => 3_600_000 - 100 * index);
  waiting.add(batch(0, agesMs), NOW_MS);
  waiting.durable(10_000, NOW_MS, latencyMs);
  const exact = agesMs.reduce((sum, each) => sum + each, 0);
  assert.ok(Math.abs(latencyMs.sum - exact) < exact * 0.02, `${latencyMs.sum} for ${exact}`);
});

test('messages without a timestamp have no age', () => {
  const waiting = new Waiting();
  const latencyMs = new Histogram(1, 27);
  waiting.add(batch(0, [NOW_MS + 1]), NOW_MS);
  waiting.durable(1, NOW_MS, latencyMs);
  assert.equal(latencyMs.count, 0);
});
