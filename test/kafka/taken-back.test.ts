import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { Assignment, type AssignmentOptions } from '../../src/broker/assignment.ts';
import { AlertConsumer } from '../../src/broker/consumer.ts';
import { createLog } from '../../src/log.ts';
import { newTopic, skipKafka, testKafka, unique, until } from '../support/kafka.ts';

/** A member of a group that hears of new partitions from the broker as often as it asks. */
async function join(
  t: TestContext,
  { topic, group, refreshMs }: { topic: string; group: string; refreshMs: number },
  { drain, betweenReads }: Pick<AssignmentOptions, 'drain' | 'betweenReads'>,
): Promise<Assignment> {
  const consumer = new AlertConsumer({
    'bootstrap.servers': testKafka().bootstrap.plaintext,
    'group.id': group,
    'enable.auto.commit': false,
    'topic.metadata.refresh.interval.ms': refreshMs,
  });
  await consumer.connect(15_000);
  const assignment = new Assignment({
    ...{ consumer, log: createLog({ level: 'warn', format: 'json' }) },
    startPositions: (partitions) =>
      Promise.resolve(partitions.map((at) => ({ ...at, offset: 0, committed: 0, behind: 'start' as const }))),
    ...{ drain, betweenReads },
    onAssigned: () => undefined,
    fail: (error) => {
      throw error;
    },
  });
  const leaving = new AbortController();
  const polling = (async () => {
    // Of a topic that has just been made there may be errors.
    while (!leaving.signal.aborted) await consumer.consume(10, 20).catch(() => null);
  })();
  t.after(async () => {
    assignment.close();
    assignment.release();
    leaving.abort();
    await polling;
    await consumer.disconnect();
  });
  consumer.subscribe([topic]);
  return assignment;
}

test('partitions that are taken back before they are assigned are not read', {
  skip: skipKafka,
}, async (t) => {
  const [topic, group] = [await newTopic(2), unique('group')];
  const admin = new Kafka({
    brokers: [testKafka().bootstrap.plaintext],
    logLevel: logLevel.NOTHING,
  }).admin();
  await admin.connect();
  t.after(() => admin.disconnect());
  const isJoining = async (): Promise<boolean> =>
    (await admin.describeGroups([group])).groups[0]?.state === 'PreparingRebalance';

  // It hears of the new partition from the group only, and then keeps that waiting.
  let keepsWaiting = false;
  const keeper = await join(
    t,
    { topic, group, refreshMs: 3_600_000 },
    {
      drain: () => until('the group may go on', () => !keepsWaiting),
      betweenReads: async (action) => {
        await action();
      },
    },
  );
  await until('one has all', () => keeper.partitions.size === 2);

  const held: number[] = [];
  const member = await join(
    t,
    { topic, group, refreshMs: 200 },
    {
      drain: () => Promise.resolve(),
      betweenReads: async (action) => {
        if (held.length === 0) {
          keepsWaiting = true;
          await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
          await until('the member joins anew', isJoining);
        }
        await action();
        held.push(member.partitions.size);
      },
    },
  );
  await until('it has answered', () => held.length > 0);
  assert.ok(await isJoining(), 'the group is still waiting');
  assert.deepEqual(held, [0], 'what it was late for is not read');
  keepsWaiting = false;
  await until('all is assigned', () => member.partitions.size + keeper.partitions.size === 3);
});
