import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchView, outcome, packBatch, turn } from '../../src/batch/batch.ts';
import { BatchMemory } from '../../src/batch/batch-memory.ts';

const MB = 1024 * 1024;

test('memory that was given back is taken again, and the smallest that fits', () => {
  const memory = new BatchMemory(8 * MB);
  const small = memory.take(MB);
  const large = memory.take(2 * MB);
  memory.giveBack(large);
  memory.giveBack(small);
  assert.equal(memory.take(MB), small);
  assert.equal(memory.take(MB + 1), large);
  assert.notEqual(memory.take(MB), small);
});

test('a small batch does not hold memory of a large one', () => {
  const memory = new BatchMemory(8 * MB);
  memory.giveBack(memory.take(4 * MB));
  assert.ok(memory.take(MB).byteLength < 2 * MB);
});

test('no more than so many bytes are kept, and what came back last', () => {
  const memory = new BatchMemory(2 * MB);
  const [first, second, third] = [memory.take(MB), memory.take(MB), memory.take(MB)];
  for (const each of [first, second, third]) memory.giveBack(each);
  const taken = [memory.take(MB), memory.take(MB), memory.take(MB)];
  assert.ok(taken.includes(second) && taken.includes(third) && !taken.includes(first));
});

test('memory of many sizes, dropped or never used again, does not pile up', () => {
  const before = process.memoryUsage().arrayBuffers;
  const memory = new BatchMemory(8 * MB);
  for (let i = 0; i < 400; i++) {
    const taken = memory.take(MB * (1 + (i % 7)));
    if (i % 2 === 0) memory.drop(taken);
    else memory.giveBack(taken);
  }
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 64 * MB, `${Math.round(grown / MB)} MB of more than 1,000`);
});

test('a batch in memory that was used before knows nothing of the one before it', () => {
  const memory = new BatchMemory(MB);
  const memoryFor = (bytes: number): SharedArrayBuffer => memory.take(bytes);
  const message = (offset: number) => ({
    offset,
    timestampMs: 7,
    key: null,
    value: Buffer.from(`alert ${offset}`),
    headers: [],
  });
  const before = new BatchView(packBatch('ztf', 0, [1, 2, 3].map(message), false, memoryFor));
  for (let index = 0; index < 3; index++) before.finish(index, outcome.SAVED, 9);
  before.enterMessage(2);
  before.cancel();
  memory.giveBack(before.batch.memory);

  const after = new BatchView(packBatch('ztf', 1, [4, 5].map(message), false, memoryFor));
  assert.equal(after.batch.memory, before.batch.memory);
  assert.equal(after.turn(), turn.HELD);
  assert.equal(after.currentMessage(), -1);
  assert.deepEqual(
    [0, 1].map((index) => [after.outcomeAt(index), after.savedAt(index), after.offset(index)]),
    [
      [outcome.PENDING, 0, 4],
      [outcome.PENDING, 0, 5],
    ],
  );
  assert.equal(Buffer.from(after.message(1).value).toString(), 'alert 5');
});
