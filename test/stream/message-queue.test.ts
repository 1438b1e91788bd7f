import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumedMessage } from '../../src/broker/consumer.ts';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import { MessageQueue } from '../../src/stream/message-queue.ts';
import { heldMB } from '../support/held.ts';

const MESSAGES = 1_000;
const MESSAGE_BYTES = 100_000;

/** A queue of one partition that holds so many messages of this kind, each with memory of its own. */
function queueOf(
  count: number,
  make: () => Pick<ConsumedMessage, 'key' | 'value' | 'headers'>,
): MessageQueue {
  const at = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const queue = new MessageQueue();
  const messages = Array.from({ length: count }, (_, offset) => ({
    ...{ topic: 't', partition: 0, offset, timestampMs: -1 },
    ...make(),
  }));
  queue.add(at, messages);
  return queue;
}

test('a message that was handed out is not kept, while others wait nor when none is left', () => {
  const beforeMB = heldMB();
  const queue = queueOf(MESSAGES, () => ({ key: null, headers: [], value: new Uint8Array(MESSAGE_BYTES) }));
  assert.ok(heldMB() - beforeMB > 90);
  for (let i = 0; i < MESSAGES - 10; i++) queue.take(() => true);
  assert.ok(heldMB() - beforeMB < 10, 'ten wait');
  while (queue.take(() => true) !== null);
  assert.ok(heldMB() - beforeMB < 5, 'none waits');
  assert.equal(queue.bytes, 0);
});

test('what waits is counted with its keys, its headers and what each message takes by itself', () => {
  const value = new Uint8Array(1);
  const bare = queueOf(1, () => ({ key: null, headers: [], value })).bytes;
  const header = { key: 'trace', value: new Uint8Array(100) };
  const full = queueOf(1, () => ({ key: new Uint8Array(1_000), headers: [header], value }));
  assert.equal(full.bytes - bare, 1_105);
  full.take(() => true);
  assert.equal(full.bytes, 0);
});

test('many small messages take about as much memory as is counted', () => {
  const beforeMB = heldMB();
  const queue = queueOf(50_000, () => ({ key: null, headers: [], value: new Uint8Array(1) }));
  const countedMB = queue.bytes / 1e6;
  const heldNowMB = heldMB() - beforeMB;
  assert.ok(heldNowMB < 1.5 * countedMB, `${heldNowMB} of ${countedMB}`);
  assert.notEqual(
    queue.take(() => true),
    null,
  );
});
