import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateNight } from '../../src/simulate/night.ts';
import { AlertStream, ClientError } from '../../src/index.ts';
import { jsonAlert } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { openStream } from '../support/stream.ts';

const codeOf = (error: unknown): unknown => error instanceof ClientError && error.code;

test('a program iterates over alerts, commits when it likes, and goes on from there', {
  skip: skipKafka,
}, async () => {
  const topic = await newTopic();
  const group = unique('group');
  await produce(
    topic,
    Array.from({ length: 10 }, (_, i) => ({ value: jsonAlert(i) })),
  );
  {
    await using stream = openStream(topic, { group });
    for await (const { offset } of stream) {
      if (offset === 3) await stream.commit();
      if (offset === 6) break;
    }
  }
  assert.deepEqual((await groupOffsets(group, topic)).committed, [4], 'what was not committed is not');
  await using again = openStream(topic, { group });
  const seen: number[] = [];
  for await (const { offset, alert } of again) {
    assert.deepEqual(alert, { candid: BigInt(offset) });
    seen.push(offset);
  }
  assert.deepEqual(seen, [4, 5, 6, 7, 8, 9]);
});

test('an alert comes with where it was, when, and its key and headers', { skip: skipKafka }, async () => {
  const topic = await newTopic();
  const timestampMs = Date.UTC(2026, 10, 24);
  await produce(topic, [{ value: jsonAlert(1), key: Buffer.from('k'), headers: [{ a: 'b' }], timestampMs }]);
  await using stream = openStream(topic);
  for await (const each of stream) {
    assert.equal(each.topic, topic);
    assert.equal(each.timestamp?.getTime(), timestampMs);
    assert.deepEqual(Buffer.from(each.key ?? []), Buffer.from('k'));
    assert.deepEqual(
      each.headers.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]),
      [['a', 'b']],
    );
  }
});

test('64-bit integers are bigint and floats are numbers, whatever their value', {
  skip: skipKafka,
}, async () => {
  const topic = await newTopic();
  const [ztf] = simulateNight({ survey: 'ztf', seed: 1, count: 1, stamps: false });
  assert.ok(ztf);
  await produce(topic, [{ value: ztf.value }]);
  await using stream = openStream(topic);
  for await (const { alert } of stream) {
    const candidate = alert['candidate'] as Record<string, unknown>;
    assert.equal(alert['candid'], BigInt(ztf.name));
    assert.equal(typeof candidate['fid'], 'number');
    assert.equal(typeof candidate['ra'], 'number');
  }
});

test('a bad message throws an error with a code, or is passed where that is asked for', {
  skip: skipKafka,
}, async () => {
  const topic = await newTopic();
  await produce(topic, [{ value: Buffer.from('?') }, { value: jsonAlert(2) }]);
  await using strict = openStream(topic);
  await assert.rejects(
    async () => {
      for await (const alert of strict) assert.fail(`handed out ${alert.offset}`);
    },
    (error) =>
      error instanceof ClientError && error.code === 'BAD_MESSAGE' && error.message.includes('offset 0'),
  );
  await using lenient = openStream(topic, { onError: 'skip' });
  const seen: number[] = [];
  for await (const { offset } of lenient) seen.push(offset);
  assert.deepEqual(seen, [1]);
});

test('an abort signal ends a stream that waits for alerts', { skip: skipKafka }, async () => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const abort = new AbortController();
  const stream = openStream(topic, { untilEnd: false, signal: abort.signal });
  let seen = 0;
  for await (const alert of stream) {
    seen += alert.record + 1;
    abort.abort();
  }
  assert.equal(seen, 1);
  await stream.close();
});

test('options that do not fit are refused at once, with a code', () => {
  assert.throws(
    () => new AlertStream({ topics: [], bootstrapServers: 'localhost:9092' }),
    (error) => error instanceof ClientError && error.code === 'CONFIG',
  );
});

test('markers of transactions are looked for twice, and every alert comes once', {
  skip: skipKafka,
}, async () => {
  const topic = await newTopic();
  for (const first of [0, 3, 6]) {
    await produce(
      topic,
      [0, 1, 2].map((i) => ({ value: jsonAlert(first + i) })),
      'commit',
    );
  }
  const group = unique('group');
  const seen: unknown[] = [];
  {
    await using stream = openStream(topic, { group });
    for await (const { alert } of stream) seen.push(alert['candid']);
    await stream.commit();
  }
  assert.deepEqual(seen, [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
  assert.deepEqual(await groupOffsets(group, topic), { committed: [12], ends: [12] });
});

test('a commit of single alerts after the stream was closed throws PARTITION_LOST', {
  skip: skipKafka,
}, async () => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const stream = openStream(topic);
  for await (const { offset } of stream) assert.equal(offset, 0);
  await stream.close();
  await assert.rejects(stream.commit(), (error) => codeOf(error) === 'PARTITION_LOST');
});

test('a commit of single alerts whose partition went to another member meanwhile throws PARTITION_LOST', {
  skip: skipKafka,
}, async () => {
  const topic = await newTopic(2);
  await produce(
    topic,
    [0, 1].map((partition) => ({ value: jsonAlert(partition), partition })),
  );
  const group = unique('group');
  const options = { group, untilEnd: false };
  await using first = openStream(topic, options);
  const handedOut = new Set<number>();
  for await (const { partition } of first) if (handedOut.add(partition).size === 2) break;
  // Nothing is in hand, so the group need not wait for this stream to divide its partitions.
  await using second = openStream(topic, options);
  for await (const { record } of second) {
    assert.equal(record, 0);
    break;
  }
  await assert.rejects(first.commit(), (error) => codeOf(error) === 'PARTITION_LOST');
});
