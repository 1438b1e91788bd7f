import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertConsumer } from '../../src/broker/consumer.ts';
import type { AlertStream } from '../../src/index.ts';
import { jsonAlert } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { openStream } from '../support/stream.ts';

const numbered = (from: number, to: number): { value: Buffer }[] =>
  Array.from({ length: to - from }, (_, i) => ({ value: jsonAlert(from + i) }));

/** Another member joins the group, and is there when the group has given it something or nothing. @returns what makes it leave. */
async function join(
  group: string,
  topic: string,
  properties: Readonly<Record<string, string>> = {},
): Promise<() => Promise<void>> {
  const consumer = new AlertConsumer({
    'bootstrap.servers': testKafka().bootstrap.plaintext,
    'group.id': group,
    'enable.auto.commit': false,
    ...properties,
  });
  let isAnswered = false;
  consumer.onRebalance = ({ kind, partitions }) => {
    if (kind === 'assign')
      consumer.assign(partitions.map((at) => ({ topic: at.topic, partition: at.partition, offset: 0 })));
    else consumer.unassign(partitions);
    isAnswered ||= kind === 'assign';
  };
  await consumer.connect(15_000);
  consumer.subscribe([topic]);
  const leaving = new AbortController();
  const polling = (async () => {
    while (!leaving.signal.aborted) await consumer.consume(1, 20).catch(() => null);
  })();
  await until('the other is answered', () => isAnswered);
  return async () => {
    leaving.abort();
    await polling;
    await consumer.disconnect();
  };
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
}, async () => {
  const [topic, group] = [await newTopic(), unique('group')];
  await produce(topic, numbered(0, 10));
  {
    await using before = openStream(topic, { group });
    for await (const batch of before.batches()) batch.acknowledge();
  }
  await using stream = openStream(topic, { group, startAt: 'last-4', untilEnd: false });
  assert.deepEqual(await take(stream, 4), [6, 7, 8, 9]);
  const leave = await join(group, topic);
  await leave();
  await produce(topic, numbered(10, 11));
  assert.equal((await take(stream, 1))[0], 6);
});

test('what was not acknowledged comes again where a partition comes back, also with startAt: latest', {
  skip: skipKafka,
}, async () => {
  const [topic, group] = [await newTopic(), unique('group')];
  await produce(topic, numbered(0, 10));
  await using stream = openStream(topic, { group, startAt: 'latest', untilEnd: false });
  const offsets: number[] = [];
  const taking = take(stream, 1).then((taken) => offsets.push(...taken));
  // Where its end of the topic is, nobody tells.
  for (let next = 10; offsets.length === 0; next++) await produce(topic, numbered(next, next + 1));
  await taking;
  const leave = await join(group, topic);
  await leave();
  await produce(topic, numbered(0, 1));
  const again = await take(stream, offsets.length);
  assert.deepEqual(again.slice(0, offsets.length), offsets);
});

test('with a cooperative assignor commits go on while the group divides anew, for what stays', {
  skip: skipKafka,
}, async () => {
  const [topic, group] = [await newTopic(2), unique('group')];
  await produce(
    topic,
    [0, 1].flatMap((partition) => numbered(0, 2_000).map((each) => ({ ...each, partition }))),
  );
  const cooperative = { 'partition.assignment.strategy': 'cooperative-sticky' };
  const properties = { ...cooperative, 'heartbeat.interval.ms': '100' };
  await using stream = openStream(topic, { group, batchSize: 1, properties, untilEnd: false });
  // It hears of a rebalance late, and all others wait for it.
  const late = { ...cooperative, 'heartbeat.interval.ms': '4000', 'session.timeout.ms': '30000' };
  const seen: string[] = [];
  let others: Promise<unknown> | null = null;
  const leaving: (() => Promise<void>)[] = [];
  for await (const batch of stream.batches()) {
    seen.push(...batch.alerts.map(({ partition, offset }) => `${partition}/${offset}`));
    others ??= (async () => {
      leaving.push(await join(group, topic, late));
      leaving.push(await join(group, topic, cooperative));
    })();
    await batch.commit();
    if (leaving.length === 2) break;
  }
  await others;
  await Promise.all(leaving.map((leave) => leave()));
  assert.equal(new Set(seen).size, seen.length);
});
