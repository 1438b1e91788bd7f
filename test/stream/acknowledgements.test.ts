import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import { Acknowledgements } from '../../src/stream/acknowledgements.ts';
import { MessageQueue, passOn, type QueuedMessage } from '../../src/stream/message-queue.ts';

function partition(): PartitionProgress {
  return new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });
}

/** A queue of messages with these values, the first at offset 0. */
function queueOf(at: PartitionProgress, values: readonly (Uint8Array | null)[]): MessageQueue {
  const queue = new MessageQueue();
  const messages = values.map((value, offset) => ({
    topic: 't',
    partition: 0,
    offset,
    timestampMs: -1,
    key: null,
    headers: [],
    value,
  }));
  queue.add(at, messages);
  return queue;
}

function takeAll(queue: MessageQueue): QueuedMessage[] {
  const taken: QueuedMessage[] = [];
  for (let next = queue.take(() => true); next !== null; next = queue.take(() => true)) taken.push(next);
  return taken;
}

const bytes = new Uint8Array(10);

test('an offset counts only when all that was handed out below it is acknowledged, in whatever order', () => {
  const at = partition();
  const acknowledgements = new Acknowledgements();
  const handedOut = takeAll(queueOf(at, [bytes, bytes, bytes])).map((queued) => {
    const each = acknowledgements.open(at, queued.message.offset);
    passOn(queued);
    return each;
  });
  const durable = [2, 0, 1].map((i) => {
    acknowledgements.close(handedOut[i] as (typeof handedOut)[0]);
    acknowledgements.settle(at);
    return at.durable;
  });
  assert.deepEqual(durable, [0, 1, 3]);
});

test('messages without a value count as done with the one before them', () => {
  const at = partition();
  const queue = queueOf(at, [null, bytes, null, bytes, null, null]);
  assert.equal(at.finished, 1);
  const marks = takeAll(queue).map((queued) => {
    passOn(queued);
    return at.finished;
  });
  assert.deepEqual(marks, [3, 6]);
});

test('messages of a partition that was lost are not taken', () => {
  assert.equal(
    queueOf(partition(), [bytes]).take(() => false),
    null,
  );
});

test('thousands of messages come out in their order', () => {
  const offsets = takeAll(queueOf(partition(), new Array<Uint8Array>(5_000).fill(bytes))).map(
    ({ message }) => message.offset,
  );
  assert.deepEqual(
    offsets,
    Array.from({ length: 5_000 }, (_, i) => i),
  );
});
