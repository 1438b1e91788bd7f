import assert from 'node:assert/strict';
import { test } from 'node:test';
import kafkajs from 'kafkajs';
import { type AlertBatch, AlertStream, ClientError } from '../../src/index.ts';
import { simulateNight } from '../../src/simulate/night.ts';
import { jsonAlert } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { openStream } from '../support/stream.ts';

async function topicOf(count: number, partitions = 1): Promise<string> {
  const topic = await newTopic(partitions);
  await produce(
    topic,
    Array.from({ length: count }, (_, i) => ({ value: jsonAlert(i), partition: i % partitions })),
  );
  return topic;
}

const offsetsOf = (batch: AlertBatch): number[] => batch.alerts.map(({ offset }) => offset);

/** How the broker says a group is: Stable, PreparingRebalance, …. */
async function groupState(group: string): Promise<string | undefined> {
  const admin = new kafkajs.Kafka({
    brokers: [testKafka().bootstrap.plaintext],
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    return (await admin.describeGroups([group])).groups[0]?.state;
  } finally {
    await admin.disconnect();
  }
}

const codeOf = (error: unknown): unknown => error instanceof ClientError && error.code;

test('an offset is committed when its batch and all before it are acknowledged, in whatever order', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(9);
  const group = unique('group');
  {
    await using stream = openStream(topic, { group, batchSize: 3 });
    const batches: AlertBatch[] = [];
    for await (const batch of stream.batches()) batches.push(batch);
    const all = batches.flatMap(offsetsOf);
    assert.deepEqual(all, [0, 1, 2, 3, 4, 5, 6, 7, 8], 'coming back for more is enough to get it');
    const ranges = batches.flatMap(({ offsets }) => offsets.map(({ first, next }) => [first, next]));
    assert.deepEqual(ranges[0]?.[0], 0);
    assert.deepEqual(ranges.at(-1)?.[1], 9);
    await batches.at(-1)?.commit();
    assert.deepEqual((await groupOffsets(group, topic)).committed, [-1001], 'the first is not acknowledged');
    for (const batch of batches) batch.acknowledge();
  }
  assert.deepEqual((await groupOffsets(group, topic)).committed, [9], 'closing tells the broker');
});

test('what was not acknowledged comes again', { skip: skipKafka }, async () => {
  const topic = await topicOf(6);
  const group = unique('group');
  {
    await using stream = openStream(topic, { group, batchSize: 2 });
    for await (const batch of stream.batches()) if (batch.offsets[0]?.first === 0) await batch.commit();
  }
  const [committed = 0] = (await groupOffsets(group, topic)).committed;
  assert.ok(committed > 0 && committed < 6, String(committed));
  await using again = openStream(topic, { group });
  const seen: number[] = [];
  for await (const batch of again.batches()) seen.push(...offsetsOf(batch));
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5].slice(committed));
});

test('a partition that is taken away waits for the batch in hand, so its alerts come once', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(4, 2);
  const group = unique('group');
  const options = { group, untilEnd: false };
  await using first = openStream(topic, options);
  await using second = openStream(topic, options);
  const seen = { first: [] as string[], second: [] as string[] };
  const keysOf = (batch: AlertBatch): string[] =>
    batch.alerts.map((each) => `${each.partition}/${each.offset}`);
  let joined: Promise<void> | undefined;
  for await (const batch of first.batches()) {
    seen.first.push(...keysOf(batch));
    if (seen.first.length < 4) {
      batch.acknowledge();
      continue;
    }
    joined = (async () => {
      for await (const theirs of second.batches()) {
        seen.second.push(...keysOf(theirs));
        theirs.acknowledge();
        if (seen.second.length >= 2) return;
      }
    })();
    await until('the group divides anew', async () => (await groupState(group)) === 'PreparingRebalance');
    await batch.commit();
    break;
  }
  await produce(
    topic,
    [0, 1, 0, 1].map((partition, i) => ({ value: jsonAlert(4 + i), partition })),
  );
  await joined;
  assert.equal(new Set(seen.first).size, 4);
  assert.deepEqual(
    seen.second.filter((key) => seen.first.includes(key)),
    [],
  );
});

test('nothing more is handed out of a partition that is asked for, so what was read ahead comes once', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(40, 2);
  const group = unique('group');
  const seen: string[] = [];
  const read = async (stream: AlertStream, onFirst: () => void): Promise<void> => {
    let isFirst = true;
    for await (const batch of stream.batches()) {
      seen.push(...batch.alerts.map((each) => `${each.partition}/${each.offset}`));
      if (isFirst) onFirst();
      isFirst = false;
      // Longer than a commit takes.
      await groupState(group);
      batch.acknowledge();
    }
  };
  await using first = openStream(topic, { group, batchSize: 1 });
  await using second = openStream(topic, { group, batchSize: 1 });
  let others = Promise.resolve();
  await read(first, () => {
    others = read(second, () => undefined);
  });
  await others;
  assert.deepEqual(
    seen.filter((key, i) => seen.indexOf(key) !== i),
    [],
  );
  assert.equal(seen.length, 40);
});

test('a batch that is committed after its partition is gone throws PARTITION_LOST', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(2);
  const stream = openStream(topic);
  for await (const batch of stream.batches()) {
    await stream.close();
    await assert.rejects(batch.commit(), (error) => codeOf(error) === 'PARTITION_LOST');
  }
});

test('after an abort the batch in hand can still be committed', { skip: skipKafka }, async () => {
  const topic = await topicOf(4);
  const group = unique('group');
  const abort = new AbortController();
  let batches = 0;
  for await (const batch of openStream(topic, {
    group,
    untilEnd: false,
    batchSize: 4,
    signal: abort.signal,
  }).batches()) {
    abort.abort();
    await batch.commit();
    batches += 1;
  }
  assert.equal(batches, 1);
  assert.ok(((await groupOffsets(group, topic)).committed[0] ?? 0) > 0);
});

test('only what is selected is handed out, and what is dropped is committed with it', {
  skip: skipKafka,
}, async () => {
  const topic = await newTopic();
  const night = [...simulateNight({ survey: 'ztf', seed: 3, count: 6 })];
  await produce(
    topic,
    night.map(({ value }) => ({ value })),
  );
  const wanted = night[2]?.name ?? '';
  const group = unique('group');
  await using stream = openStream(topic, {
    group,
    where: `candid == ${wanted}`,
    fields: ['candid', 'candidate.ra', 'cutoutScience'],
    stamps: 'drop',
  });
  const seen: unknown[] = [];
  for await (const batch of stream.batches()) {
    for (const { alert } of batch.alerts) {
      seen.push(alert['candid']);
      assert.deepEqual(Object.keys(alert), ['candid', 'candidate']);
      assert.deepEqual(Object.keys(alert['candidate'] as object), ['ra']);
    }
    batch.acknowledge();
  }
  assert.deepEqual(seen, [BigInt(wanted)]);
  await stream.close();
  assert.deepEqual(await groupOffsets(group, topic), { committed: [6], ends: [6] });
});

test('a decoder of your own makes alerts of messages; what it throws makes a message bad', {
  skip: skipKafka,
}, async () => {
  const topic = await newTopic();
  await produce(
    topic,
    ['3', '0', 'x', '2'].map((text) => ({ value: Buffer.from(text), timestampMs: 1_700_000_000_000 })),
  );
  await using stream = new AlertStream<{ at: number; of: number }>({
    topics: [topic],
    group: unique('group'),
    bootstrapServers: testKafka().bootstrap.plaintext,
    untilEnd: true,
    format: 'count',
    onError: 'skip',
    decoders: {
      count: ({ value, timestamp }) => {
        const of = Number(Buffer.from(value).toString());
        if (Number.isNaN(of)) throw new TypeError('no number');
        return Array.from({ length: of }, () => ({ at: timestamp?.getTime() ?? 0, of }));
      },
    },
  });
  const seen: unknown[] = [];
  const bad: unknown[] = [];
  for await (const { alerts, skipped } of stream.batches()) {
    seen.push(...alerts.map(({ alert, record }) => [alert.of, record, alert.at]));
    bad.push(...skipped.map(({ offset, error }) => [offset, error.code, error.message]));
  }
  const atMs = 1_700_000_000_000;
  assert.deepEqual(seen, [
    [3, 0, atMs],
    [3, 1, atMs],
    [3, 2, atMs],
    [2, 0, atMs],
    [2, 1, atMs],
  ]);
  assert.deepEqual(bad, [[2, 'CUSTOM', 'The decoder threw: no number.']]);
});

test('alerts before a bad message are handed out before it throws', { skip: skipKafka }, async () => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(0) }, { value: jsonAlert(1) }, { value: Buffer.from('?') }]);
  const group = unique('group');
  const stream = openStream(topic, { group });
  const seen: number[] = [];
  const reading = (async () => {
    for await (const batch of stream.batches()) {
      seen.push(...offsetsOf(batch));
      batch.acknowledge();
    }
  })();
  await assert.rejects(reading, (error) => codeOf(error) === 'BAD_MESSAGE');
  assert.deepEqual(seen, [0, 1]);
  assert.deepEqual(
    (await groupOffsets(group, topic)).committed,
    [2],
    'and what was acknowledged is committed',
  );
});

test('replay reads all again, whatever the group has committed, and commits nothing', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(5);
  const group = unique('group');
  await using stream = openStream(topic, { group });
  for await (const batch of stream.batches()) await batch.commit();
  await stream.close();
  await using again = openStream(topic, { group, replay: true, startAt: 'last-3' });
  const seen: number[] = [];
  for await (const batch of again.batches()) {
    seen.push(...offsetsOf(batch));
    await batch.commit();
  }
  assert.deepEqual(seen, [2, 3, 4]);
});

test('options that cannot be meant are refused at once', () => {
  const bootstrapServers = 'localhost:9092';
  const decoders = { mine: () => [] };
  for (const options of [
    { decoders: { avro: () => [] } },
    { decoders, format: 'mine', where: 'a > 1' },
    { decoders, format: 'yours' },
    { where: 'a >' },
    { cone: '1,2' },
  ]) {
    assert.throws(
      () => new AlertStream({ topics: ['t'], bootstrapServers, ...options }),
      (error) => codeOf(error) === 'CONFIG',
      JSON.stringify(options),
    );
  }
});
