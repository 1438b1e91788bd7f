import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Reader, type ReaderOptions } from '../../src/batch/read.ts';
import type { AlertConsumer, ConsumedMessage } from '../../src/broker/consumer.ts';
import type { ClientError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';

/** What a read brings: messages of some partitions, or an error of librdkafka's. */
type Answer = readonly ConsumedMessage[] | Error;

function message(partition: number, offset: number): ConsumedMessage {
  return { topic: 't', partition, offset, timestampMs: -1, key: null, headers: [], value: Buffer.from('x') };
}

/** A reader whose consumer brings this, one answer a read, and after that nothing. */
function reading(t: TestContext, answers: readonly Answer[], more: Partial<ReaderOptions> = {}) {
  const left = [...answers];
  const consumer = {
    onPartitionEnd: (() => undefined) as AlertConsumer['onPartitionEnd'],
    consume: async (): Promise<readonly ConsumedMessage[]> => {
      await new Promise(setImmediate);
      const answer = left.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const seen: string[] = [];
  const failures: ClientError[] = [];
  const reader = new Reader({
    consumer: consumer as unknown as AlertConsumer,
    log: createLog({ level: 'warn', format: 'json' }),
    read: { batchSize: 10, batchBytes: 1_000, batchTimeoutMs: 10, maxInFlightBytes: 1_000 },
    bytesInFlight: () => 0,
    active: () => [],
    oneByOne: () => false,
    onMessages: (at, messages) => {
      seen.push(`${at.partition}: ${messages.map(({ offset }) => offset).join(' ')}`);
    },
    onEnd: ({ partition, offset }) => {
      seen.push(`${partition} ends at ${offset}`);
    },
    onBrokerError: ({ code, message }) => {
      seen.push(`${message} (${code})`);
    },
    onFailure: (error) => {
      failures.push(error);
    },
    ...more,
  });
  const run = reader.run();
  t.after(async () => {
    reader.stop();
    await run;
  });
  const allRead = async (): Promise<void> => {
    while (left.length > 0) await reader.betweenReads(() => undefined);
    await reader.betweenReads(() => undefined);
  };
  return { consumer, seen, failures, allRead };
}

test('messages are handed on by partition, and an error of the broker is told and not the end', async (t) => {
  const refused = Object.assign(new Error('down'), { code: -195 });
  const { seen, failures, allRead } = reading(t, [
    [message(0, 1), message(1, 7), message(0, 2)],
    refused,
    [message(1, 8)],
  ]);
  await allRead();
  assert.deepEqual(seen, ['0: 1 2', '1: 7', 'down (-195)', '1: 8']);
  assert.deepEqual(failures, []);
});

test('what goes wrong with messages that were read is a failure, and no trouble of the broker', async (t) => {
  const fault = new RangeError('Array buffer allocation failed');
  const { seen, failures, allRead } = reading(t, [[message(0, 1)], [message(0, 2)]], {
    onMessages: () => {
      throw fault;
    },
  });
  // It polls on, for only then commits are confirmed.
  await allRead();
  assert.deepEqual(
    failures.map(({ code, cause }) => ({ code, cause })),
    [{ code: 'INTERNAL', cause: fault }],
    'told once: what comes later is not looked at',
  );
  assert.match(failures[0]?.message ?? '', /Array buffer allocation failed/);
  assert.deepEqual(seen, []);
});

test('the end of a partition comes after its messages, and what goes wrong with it is a failure too', async (t) => {
  const { consumer, seen, failures, allRead } = reading(t, [[message(0, 1)]]);
  consumer.onPartitionEnd({ topic: 't', partition: 0, offset: 2 });
  await allRead();
  assert.deepEqual(seen, ['0: 1', '0 ends at 2']);
  assert.deepEqual(failures, []);
  const other = reading(t, [], {
    onEnd: () => {
      throw new TypeError('no');
    },
  });
  other.consumer.onPartitionEnd({ topic: 't', partition: 0, offset: 2 });
  await other.allRead();
  assert.equal(other.failures[0]?.code, 'INTERNAL');
});
