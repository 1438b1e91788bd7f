import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionProgress } from '../src/commit/partition-progress.ts';
import { Returns, type ReturnsOptions } from '../src/returns.ts';
import { StallWatch } from '../src/stop/stall.ts';
import { workOf } from './support/segments.ts';

const TIMEOUT_MS = 1_000;

/** A batch that waits for room on the disk, and a stall watch that has looked all the while. */
function waiting(): {
  at: PartitionProgress;
  returns: Returns;
  isStalled: () => boolean;
  resumed: () => boolean;
} {
  const at = new PartitionProgress({ topic: 'ztf', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const work = workOf('a');
  work.state = 'returned';
  at.works.set(work, at.watermark.begin(0, 1));
  at.movedAtMs = performance.now() - 10 * TIMEOUT_MS;
  let isResumed = false;
  const returns = new Returns({
    log: { error: () => undefined },
    limit: { take: () => null, isReadingAgain: false },
    reader: { hold: () => undefined, release: () => undefined },
    pool: {
      resume: () => {
        isResumed = true;
      },
    },
  } as unknown as ReturnsOptions);
  const watch = new StallWatch(TIMEOUT_MS);
  for (let beforeMs = 5 * TIMEOUT_MS; beforeMs > 0; beforeMs -= TIMEOUT_MS)
    watch.look([], null, performance.now() - beforeMs);
  returns.take(at, work, { why: 'output', code: 'ENOSPC', text: 'Cannot write' });
  return {
    ...{ at, returns },
    isStalled: () => watch.look([at], null, performance.now()) !== null,
    resumed: () => isResumed,
  };
}

test('a batch that goes on after the disk was full has its whole time, and is no stall before it has moved', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { isStalled, resumed } = waiting();
  assert.ok(!isStalled());
  t.mock.timers.tick(1_000);
  assert.ok(resumed());
  assert.ok(!isStalled());
});

test('so has a partition whose segment could not be written', () => {
  const { at, returns, isStalled } = waiting();
  for (const work of at.works.keys()) work.wait = null;
  assert.ok(isStalled());
  returns.fileTrouble(at, Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  assert.ok(!isStalled());
  returns.fileTrouble(at, null);
  assert.ok(!isStalled());
});

test('a folder that refuses is named as what a partition waits for, and is no excuse, also where it takes something now and then', () => {
  const { at, returns, isStalled } = waiting();
  for (const work of at.works.keys()) work.wait = null;
  for (const error of [Object.assign(new Error('read-only file system'), { code: 'EROFS' }), null]) {
    returns.fileTrouble(at, error);
    assert.equal(at.wait?.what, error === null ? undefined : 'the output folder (EROFS)');
    assert.ok(isStalled());
  }
});
