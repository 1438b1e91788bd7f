import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import { BegunMessages } from '../../src/stream/begun-messages.ts';
import { MessageQueue, type QueuedMessage } from '../../src/stream/message-queue.ts';

interface Alert {
  readonly id: number;
}

/** A partition of one message, and that message begun with so many alerts. */
function begun(alerts: number): { at: PartitionProgress; messages: BegunMessages<Alert> } {
  const at = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const place = { topic: 't', partition: 0, offset: 0, key: null, headers: [] };
  const queue = new MessageQueue();
  queue.add(at, [{ ...place, timestampMs: -1, value: new Uint8Array(1) }]);
  const messages = new BegunMessages<Alert>();
  messages.begin(
    queue.take(() => true) as QueuedMessage,
    Array.from({ length: alerts }, (_, record) => ({
      ...place,
      ...{ record, timestamp: null, alert: { id: record } },
    })),
  );
  return { at, messages };
}

const ours = (): boolean => true;

test('a message is there for who reads on until its last alert is handed out, and passes only then', () => {
  const { at, messages } = begun(3);
  const seen = [0, 1, 2].map(() => [messages.first(ours)?.take()?.alert.id, at.finished]);
  assert.deepEqual(seen, [
    [0, 0],
    [1, 0],
    [2, 1],
  ]);
  assert.equal(messages.first(ours), null);
});

test('a message without alerts passes at once', () => {
  const { at, messages } = begun(0);
  assert.equal(at.finished, 1);
  assert.equal(messages.first(ours), null);
});

test('the rest of a message whose partition was lost is for whoever has it now', () => {
  const { at, messages } = begun(2);
  messages.first(ours)?.take();
  assert.equal(
    messages.first(() => false),
    null,
  );
  assert.equal(messages.first(ours), null);
  assert.equal(at.finished, 0);
});
