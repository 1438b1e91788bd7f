import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Assignment } from '../../src/broker/assignment.ts';
import { type AlertConsumer, remadeTopic } from '../../src/broker/consumer.ts';
import type { StartPosition } from '../../src/broker/start-position.ts';
import type { Log } from '../../src/log.ts';

const [one, other, none] = ['EDFj5gCnQPi8Wz4lYLOHSw', 'Qs77/6BKRgq+iu3sg96xhA', 'AAAAAAAAAAAAAAAAAAAAAA'];

test('only where one id of a topic follows another it was made again', () => {
  const line = (before: string, now: string): string =>
    `[thrd:main]: Topic ztf_1.a-b changed id from ${before} to ${now}`;
  assert.equal(remadeTopic(line(one, other)), 'ztf_1.a-b');
  assert.equal(remadeTopic(line(none, one)), null, 'it is seen for the first time');
  assert.equal(remadeTopic(line(one, none)), null, 'an older broker was asked');
  assert.equal(remadeTopic('[thrd:main]: Topic ztf changed state unknown -> exists'), null);
});

test('a topic that was made again ends the run, if partitions of it are read', async () => {
  const failures: string[] = [];
  const consumer = {
    ...{ assign: () => undefined, resume: () => undefined },
    ...{ onRebalance: () => undefined, onRemade: () => undefined },
  } as unknown as AlertConsumer;
  const positions = ['ztf', 'lsst'].map(
    (topic): StartPosition => ({ topic, partition: 0, offset: 0, committed: 0, behind: 'start' }),
  );
  let assigned = (): void => undefined;
  const isAssigned = new Promise<void>((resolve) => {
    assigned = resolve;
  });
  const assignment = new Assignment({
    consumer,
    log: { info: () => undefined } as unknown as Log,
    startPositions: () => Promise.resolve(positions),
    drain: () => Promise.resolve(),
    betweenReads: (action) => Promise.resolve().then(action),
    onAssigned: () => {
      assigned();
    },
    fail: ({ code, message }) => {
      failures.push(`${code} ${message.slice(0, 4)}`);
    },
  });
  assignment.takeByHand(positions);
  await isAssigned;
  consumer.onRemade('antares');
  assert.deepEqual(failures, []);
  consumer.onRemade('ztf');
  assert.deepEqual(failures, ['TOPIC_RECREATED ztf ']);
  assert.deepEqual(
    assignment.active().map(({ isOther }) => isOther),
    [true, false],
  );
});
