import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import { MessageQueue } from '../../src/stream/message-queue.ts';
import { heldMB } from '../support/held.ts';

const MESSAGES = 1_000;
const MESSAGE_BYTES = 100_000;

/** A queue of one partition that holds so many MB of messages, each with memory of its own. */
function fullQueue(): MessageQueue {
  const at = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const queue = new MessageQueue();
  const messages = Array.from({ length: MESSAGES }, (_, offset) => ({
    ...{ topic: 't', partition: 0, offset, timestampMs: -1, key: null, headers: [] },
    value: new Uint8Array(MESSAGE_BYTES),
  }));
  queue.add(at, messages);
  return queue;
}

test('a message that was handed out is not kept, while others wait nor when none is left', () => {
  const beforeMB = heldMB();
  const queue = fullQueue();
  assert.ok(heldMB() - beforeMB > 90);
  for (let i = 0; i < MESSAGES - 10; i++) queue.take(() => true);
  assert.ok(heldMB() - beforeMB < 10, 'ten wait');
  while (queue.take(() => true) !== null);
  assert.ok(heldMB() - beforeMB < 5, 'none waits');
  assert.equal(queue.bytes, 0);
});
