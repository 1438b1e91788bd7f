import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Entries, entryBytesFor, EntryWriter } from '../../src/batch/entries.ts';

test('what a worker notes is there for the main thread, whatever its length, and the later note of a message counts', () => {
  const entries = new Entries(null);
  const writer = new EntryWriter(null, (memory) => {
    entries.addMemory(memory);
  });
  const texts = [
    '',
    'é',
    'x'.repeat(5_000),
    'y'.repeat(100_000),
    ...Array.from({ length: 500 }, (_, i) => `line ${i}\n`),
  ];
  texts.forEach((text, index) => {
    writer.add(index, text);
  });
  writer.add(1, 'again');
  assert.equal(entries.take(1), 'again');
  for (const [index, text] of texts.entries()) if (index !== 1) assert.equal(entries.take(index), text);
  assert.equal(entries.take(texts.length), null);
});

test('a second worker goes on where the first one died, and in more memory when that is full', () => {
  // As it comes back from another batch.
  const memory = new SharedArrayBuffer(entryBytesFor(1));
  new Uint8Array(memory).fill(255);
  const entries = new Entries(memory);
  const more: SharedArrayBuffer[] = [];
  const texts = ['first', 'second', 'x'.repeat(entryBytesFor(1))];
  for (const [index, text] of texts.entries()) {
    const writer = new EntryWriter(entries.memory, (memory) => {
      more.push(memory);
      entries.addMemory(memory);
    });
    writer.add(index, text);
  }
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => entries.take(index)),
    [...texts, null],
  );
  assert.equal(more.length, 1);
  assert.deepEqual(entries.memories, [memory, ...more]);
});
