import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { AlertStream } from '../../src/index.ts';

test('a stream that is closed leaves nothing on the signal that it was given', async () => {
  const { signal } = new AbortController();
  const stream = new AlertStream({ topics: ['t'], bootstrapServers: 'localhost:9092', signal });
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  await stream.close();
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});
