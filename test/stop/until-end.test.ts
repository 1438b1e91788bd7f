import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertConsumer } from '../../src/broker/consumer.ts';
import { UntilEnd } from '../../src/stop/until-end.ts';

const at = { topic: 'ztf', partition: 0 };

/** Whether all is read for a member without partitions, where the topic ended at 300 and `high` is its end now. */
async function isReached(committed: number, high = 300): Promise<boolean> {
  const ends = { high: 300 };
  const consumer = {
    committed: () => Promise.resolve([{ ...at, offset: committed }]),
    watermarks: () => Promise.resolve({ low: 0, high: ends.high }),
  } as unknown as AlertConsumer;
  const end = await UntilEnd.snapshot(consumer, [at]);
  ends.high = high;
  return end.isReached(consumer, new Map());
}

test('it is over when other members have committed up to the end there was at the start, or further', async () => {
  assert.equal(await isReached(299), false);
  assert.equal(await isReached(300), true);
  assert.equal(await isReached(350, 400), true);
});

test('a commit beyond the end of the topic does not count: nobody has read so far', async () => {
  assert.equal(await isReached(5_000), false);
});
