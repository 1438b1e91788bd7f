import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlertBatch, ClientError } from '../../src/index.ts';
import { jsonAlert } from '../support/client.ts';
import { deleteRecords, groupOffsets, newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { openStream } from '../support/stream.ts';

const MESSAGES = 100;

async function newLongTopic(): Promise<string> {
  const topic = await newTopic();
  const padding = 'x'.repeat(100_000);
  await produce(
    topic,
    Array.from({ length: MESSAGES }, (_, i) => ({ value: jsonAlert(i, { padding }) })),
  );
  return topic;
}

/** Batches of a stream that reads a few MB ahead at the most, the first of which has been handed out. */
async function begun(topic: string, onGap: 'continue' | 'stop', group = unique('group')) {
  const stream = openStream(topic, {
    ...{ group, onGap, batchSize: 5, maxInFlightBytes: 1_000_000 },
    properties: { 'queued.max.messages.kbytes': '1000' },
  });
  const batches = stream.batches();
  const first = (await batches.next()).value as AlertBatch;
  const seen = first.alerts.map(({ offset }) => offset);
  const readOn = async (): Promise<void> => {
    for await (const batch of batches) {
      seen.push(...batch.alerts.map(({ offset }) => offset));
      batch.acknowledge();
    }
  };
  first.acknowledge();
  return { seen, readOn, close: () => stream.close(), [Symbol.asyncDispose]: () => stream.close() };
}

const isGap = (available: number) => (error: unknown) =>
  error instanceof ClientError &&
  error.code === 'OFFSET_GAP' &&
  error.message.includes(`keeps them only from ${available} on`);

const range = (from: number, next: number): number[] =>
  Array.from({ length: next - from }, (_, i) => from + i);

test('offsets that expire while a stream is behind are passed over, or end it where that is asked for', {
  skip: skipKafka,
}, async () => {
  const topic = await newLongTopic();
  const group = unique('group');
  await using lenient = await begun(topic, 'continue', group);
  await using strict = await begun(topic, 'stop');
  await deleteRecords({ topic, partition: 0, offset: 90 });
  await assert.rejects(strict.readOn(), isGap(90));
  assert.deepEqual(strict.seen, range(0, strict.seen.length), 'nothing from behind the gap is handed out');
  await lenient.readOn();
  assert.deepEqual(lenient.seen, [...range(0, lenient.seen.length - 10), ...range(90, MESSAGES)]);
  await lenient.close();
  assert.deepEqual((await groupOffsets(group, topic)).committed, [MESSAGES]);
});

test('a stream whose topic expires up to its end does not end as if all had been read', {
  skip: skipKafka,
}, async () => {
  const topic = await newLongTopic();
  await using strict = await begun(topic, 'stop');
  await deleteRecords({ topic, partition: 0, offset: MESSAGES });
  await assert.rejects(strict.readOn(), isGap(MESSAGES));
  assert.ok(strict.seen.length < MESSAGES);
});
