import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertStream } from '../../src/index.ts';
import { groupOffsets, newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { openStream } from '../support/stream.ts';

/** A topic of three messages with three alerts each, and a stream of it that reads so many messages at a time. */
async function threes(group: string, readsOf: number): Promise<{ topic: string; stream: AlertStream }> {
  const topic = await newTopic();
  await produce(
    topic,
    Array.from({ length: 3 }, () => ({ value: Buffer.from('three') })),
  );
  const stream = openStream(topic, {
    ...{ group, batchSize: readsOf, format: 'three' },
    decoders: { three: ({ offset }) => [0, 1, 2].map((i) => ({ id: 3 * offset + i })) },
  });
  return { topic, stream };
}

const all = [0, 1, 2, 3, 4, 5, 6, 7, 8];

for (const [how, readsOf] of [
  ['all messages came in one read', 500],
  ['each message came in a read of its own', 1],
] as const) {
  test(`a loop that is left inside a message is gone on with behind its last alert, where ${how}`, {
    skip: skipKafka,
  }, async () => {
    const group = unique('group');
    const { topic, stream } = await threes(group, readsOf);
    const seen: unknown[] = [];
    try {
      for await (const { alert } of stream) {
        seen.push(alert['id']);
        if (alert['id'] === 3) break;
      }
      await stream.commit();
      assert.deepEqual(
        (await groupOffsets(group, topic)).committed,
        [1],
        'a message is committed with its last alert',
      );
      for await (const { alert } of stream) seen.push(alert['id']);
      assert.deepEqual(seen, all);
      await stream.commit();
      assert.deepEqual((await groupOffsets(group, topic)).committed, [3]);
    } finally {
      await stream.close();
    }
  });
}

test('a loop that throws inside a message, and is caught, loses nothing of it', {
  skip: skipKafka,
}, async () => {
  const group = unique('group');
  const { topic, stream } = await threes(group, 500);
  const seen: unknown[] = [];
  const failsAt = new Set([1, 4]);
  const read = async (): Promise<void> => {
    for await (const { alert } of stream) {
      seen.push(alert['id']);
      if (failsAt.delete(Number(alert['id']))) throw new Error('busy');
    }
  };
  await assert.rejects(read, /busy/);
  await assert.rejects(read, /busy/);
  await read();
  assert.deepEqual(seen, all);
  await stream.commit();
  await stream.close();
  assert.deepEqual((await groupOffsets(group, topic)).committed, [3]);
});

test('batches begin with the rest of the message that single alerts were read from', {
  skip: skipKafka,
}, async () => {
  const group = unique('group');
  const { topic, stream } = await threes(group, 500);
  const seen: unknown[] = [];
  for await (const { alert } of stream) {
    seen.push(alert['id']);
    break;
  }
  for await (const batch of stream.batches()) {
    seen.push(...batch.alerts.map(({ alert }) => alert['id']));
    batch.acknowledge();
  }
  assert.deepEqual(seen, all);
  await stream.commit();
  await stream.close();
  assert.deepEqual((await groupOffsets(group, topic)).committed, [3]);
});
