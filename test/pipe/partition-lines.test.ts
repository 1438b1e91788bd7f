import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionLines } from '../../src/pipe/partition-lines.ts';
import { chunkOf, workOf } from '../support/segments.ts';

test('what the pipe did not take, and all behind it, does not count as taken', async () => {
  const taken: number[] = [];
  const answers = [true, false, true];
  const lines = new PartitionLines(0, {
    write: () => Promise.resolve(answers.shift() ?? true),
    onTaken: (next) => taken.push(next),
  });
  const work = workOf('a', 'b', 'c', null);
  lines.begin(work);
  ['a', 'b', 'c'].forEach((line, from) => {
    lines.add(work, chunkOf(from, line));
  });
  lines.done(work);
  await new Promise(setImmediate);
  lines.close(4);
  assert.deepEqual(taken, [1]);
});
