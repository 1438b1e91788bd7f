import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertConsumer } from '../src/broker/consumer.ts';
import { PartitionProgress } from '../src/commit/partition-progress.ts';
import { Gaps } from '../src/gaps.ts';
import type { Log } from '../src/log.ts';
import type { Segments } from '../src/segment/segments.ts';
import { anyBroker, configOf } from './support/options.ts';

/** Gaps of a partition that the broker has from offset `low` on, and what came of them. */
async function gapsWith(low: number, onGap: 'continue' | 'stop') {
  const at = new PartitionProgress({ topic: 't', partition: 0, offset: 10, committed: 10, behind: 'commit' });
  const broker = { low, asked: 0 };
  const told: string[] = [];
  const lost: number[] = [];
  const failures: string[] = [];
  const inRecord: string[] = [];
  const gaps = new Gaps({
    config: await configOf(['t', '-d', '-', '--on-gap', onGap, ...anyBroker]),
    log: {
      error: (_: unknown, text: string) => {
        told.push(text);
      },
      debug: () => undefined,
    } as unknown as Log,
    consumer: {
      watermarks: () => {
        broker.asked += 1;
        return Promise.resolve({ low: broker.low, high: 100 });
      },
    } as unknown as AlertConsumer,
    segments: {
      of: () => ({ expired: (from: number, to: number) => inRecord.push(`${from}–${to}`) }),
    } as unknown as Segments,
    onLost: (offsets) => lost.push(offsets),
    fail: ({ code }) => {
      failures.push(code);
    },
  });
  return { at, broker, gaps, told, lost, failures, inRecord };
}

test('offsets that expired before they were read are told with their number; markers are not', async () => {
  const { at, gaps, told, lost, failures, inRecord } = await gapsWith(25, 'continue');
  gaps.passed(at, [
    { from: 10, next: 25 },
    { from: 30, next: 31 },
  ]);
  assert.ok(gaps.isLooking);
  await gaps.looked();
  assert.ok(!gaps.isLooking);
  assert.deepEqual(told, [
    '15 offsets of t/0 are lost: reading was to go on at 10, but the broker keeps them only from 25 on.',
  ]);
  assert.deepEqual(lost, [15]);
  assert.deepEqual(failures, []);
  assert.deepEqual(inRecord, ['10–24']);
  assert.match(at.notes.textBelow(31), /\{"from":10,"to":24,"outcome":"expired"\}\n$/);
});

test('messages that expired after they were read are no loss', async () => {
  const { at, gaps, lost } = await gapsWith(90, 'continue');
  gaps.passed(at, [{ from: 10, next: 25 }]);
  await gaps.looked();
  assert.deepEqual(lost, [15]);
});

test('a gap ends the run where that is asked for', async () => {
  const { at, gaps, failures } = await gapsWith(25, 'stop');
  gaps.passed(at, [{ from: 10, next: 25 }]);
  await gaps.looked();
  assert.deepEqual(failures, ['OFFSET_GAP']);
});

test('what is passed over while the broker is asked is looked at too', async () => {
  const { at, gaps, lost, broker } = await gapsWith(5, 'continue');
  gaps.passed(at, [{ from: 10, next: 11 }]);
  gaps.passed(at, [{ from: 20, next: 21 }]);
  broker.low = 50;
  gaps.passed(at, [{ from: 30, next: 31 }]);
  await gaps.looked();
  assert.deepEqual(lost, [1, 1]);
  assert.equal(broker.asked, 2);
});
