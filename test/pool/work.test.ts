import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poisonedMessages } from '../../src/pool/work.ts';
import { workOf } from '../support/segments.ts';

test('a message at which a worker died is tried once more, and only then given up', () => {
  const work = workOf('a', 'b', 'c');
  work.deaths.set(0, 1);
  work.deaths.set(2, 2);
  assert.deepEqual(poisonedMessages(work), [2]);
});
