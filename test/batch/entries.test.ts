import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Entries, EntryWriter } from '../../src/batch/entries.ts';

test('what a worker notes is there for the main thread, whatever its length, and the later note of a message counts', () => {
  const entries = new Entries();
  const writer = new EntryWriter((memory) => {
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

test('a second worker goes on in memory of its own', () => {
  const entries = new Entries();
  for (const index of [0, 1]) {
    const writer = new EntryWriter((memory) => {
      entries.addMemory(memory);
    });
    writer.add(index, `of worker ${index}`);
  }
  assert.deepEqual([entries.take(0), entries.take(1), entries.take(2)], ['of worker 0', 'of worker 1', null]);
});
