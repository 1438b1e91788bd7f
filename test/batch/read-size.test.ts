import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadSize } from '../../src/batch/read-size.ts';

const limits = { maxMessages: 500, maxBytes: 4_000_000, timeoutMs: 50 };

test('a backlog is read in ever larger batches, up to the limits', () => {
  const size = new ReadSize(limits);
  for (let i = 0; i < 20; i++) size.learn(size.count, size.count * 1_000, 1);
  assert.equal(size.count, 500);
});

test('large messages are read in batches that fit into --batch-bytes', () => {
  const size = new ReadSize(limits);
  for (let i = 0; i < 20; i++) size.learn(size.count, size.count * 100_000, 1);
  assert.equal(size.count, 40);
});

test('a slow stream is not made to wait for a full batch', () => {
  const size = new ReadSize(limits);
  for (let i = 0; i < 20; i++) size.learn(size.count, size.count * 1_000, 1);
  // 256 alerts a second: each comes 4 ms after the one before.
  for (let i = 0; i < 20; i++) size.learn(size.count, size.count * 1_000, size.count * 3.9);
  assert.ok(size.count * 3.9 <= 2 * limits.timeoutMs, `${size.count} messages take too long to come`);
});

test('after silence the first message is handed on at once', () => {
  const size = new ReadSize(limits);
  for (let i = 0; i < 20; i++) size.learn(size.count, size.count * 1_000, 1);
  size.learn(0, 0, 50);
  assert.equal(size.count, 1);
});
