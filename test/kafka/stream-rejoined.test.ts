import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AlertConsumer } from '../../src/broker/consumer.ts';
import type { AlertStream } from '../../src/index.ts';
import { jsonAlert } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { openStream } from '../support/stream.ts';

const numbered = (from: number, to: number): { value: Buffer }[] =>
  Array.from({ length: to - from }, (_, i) => ({ value: jsonAlert(from + i) }));

/** Another member joins the group, is given something or nothing, and leaves. */
async function joinAndLeave(t: TestContext, group: string, topic: string): Promise<void> {
  const consumer = new AlertConsumer({
    'bootstrap.servers': testKafka().bootstrap.plaintext,
    'group.id': group,
    'enable.auto.commit': false,
  });
  let isAnswered = false;
  consumer.onRebalance = ({ kind, partitions }) => {
    if (kind === 'assign')
      consumer.assign(
        partitions.map(({ topic: name, partition }) => ({ topic: name, partition, offset: 0 })),
      );
    else consumer.unassign(partitions);
    isAnswered ||= kind === 'assign';
  };
  await consumer.connect(15_000);
  t.after(() => consumer.disconnect());
  consumer.subscribe([topic]);
  await until('the other is answered', async () => {
    await consumer.consume(1, 20);
    return isAnswered;
  });
}

/** The offsets that come until there are so many, none of them acknowledged. */
async function take(stream: AlertStream, count: number): Promise<number[]> {
  const offsets: number[] = [];
  for await (const batch of stream.batches()) {
    offsets.push(...batch.alerts.map(({ offset }) => offset));
    if (offsets.length >= count) break;
  }
  return offsets;
}

test('what was not acknowledged comes again where a partition comes back, from where startAt said', {
  skip: skipKafka,
}, async (t) => {
  const [topic, group] = [await newTopic(), unique('group')];
  await produce(topic, numbered(0, 10));
  {
    await using before = openStream(topic, { group });
    for await (const batch of before.batches()) batch.acknowledge();
  }
  await using stream = openStream(topic, { group, startAt: 'last-4', untilEnd: false });
  assert.deepEqual(await take(stream, 4), [6, 7, 8, 9]);
  await joinAndLeave(t, group, topic);
  await produce(topic, numbered(10, 11));
  assert.equal((await take(stream, 1))[0], 6);
});

test('what was not acknowledged comes again where a partition comes back, also with startAt: latest', {
  skip: skipKafka,
}, async (t) => {
  const [topic, group] = [await newTopic(), unique('group')];
  await produce(topic, numbered(0, 10));
  await using stream = openStream(topic, { group, startAt: 'latest', untilEnd: false });
  const offsets: number[] = [];
  const taking = take(stream, 1).then((taken) => offsets.push(...taken));
  // Where its end of the topic is, nobody tells.
  for (let next = 10; offsets.length === 0; next++) await produce(topic, numbered(next, next + 1));
  await taking;
  await joinAndLeave(t, group, topic);
  await produce(topic, numbered(0, 1));
  const again = await take(stream, offsets.length);
  assert.deepEqual(again.slice(0, offsets.length), offsets);
});
