import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Reader } from '../src/batch/read.ts';
import type { Assignment } from '../src/broker/assignment.ts';
import type { AlertConsumer, PartitionOffset } from '../src/broker/consumer.ts';
import { PartitionProgress } from '../src/commit/partition-progress.ts';
import type { ClientError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import { Reread } from '../src/reread.ts';
import type { Returns } from '../src/returns.ts';
import { formatRecord, recordName } from '../src/segment/record.ts';
import { Segments } from '../src/segment/segments.ts';
import { StallWatch } from '../src/stop/stall.ts';
import { newWriter } from '../src/temporary.ts';
import { newFolder } from './support/client.ts';
import { recordOf } from './support/segments.ts';

/** Partitions, read from offset 0 on, and who reads them again. */
function rereading(
  t: TestContext,
  stallTimeoutMs = 1_000,
  cancelAll = (): Promise<void> => Promise.resolve(),
) {
  const dir = newFolder(t);
  mkdirSync(join(dir, 't/0'), { recursive: true });
  const [at, other] = [0, 1].map((partition) => {
    const each = new PartitionProgress({ topic: 't', partition, offset: 0, committed: 0, behind: 'start' });
    each.watermark.finish(each.watermark.begin(0, 7), 7);
    return each;
  }) as [PartitionProgress, PartitionProgress];
  const sought: number[] = [];
  const failures: ClientError[] = [];
  const segments = new Segments({
    ...{ dir, extension: '.ndjson', head: new Uint8Array(0), finish: null, pathTemplate: null },
    ...{ limits: { bytes: 1e6, alerts: 100, ageMs: 1e6 }, writer: newWriter(), sync: true, isShared: false },
    folderOf: (topic) => topic,
    onPublished: () => undefined,
    onLost: () => undefined,
    onTrouble: () => undefined,
    onManyFiles: () => undefined,
  });
  const reread = new Reread({
    log: { warn: () => undefined } as unknown as Log,
    consumer: {
      seek: ({ offset }: PartitionOffset) => {
        sought.push(offset);
        return Promise.resolve();
      },
    } as unknown as AlertConsumer,
    assignment: {
      get: ({ partition }: PartitionProgress) => [at, other][partition],
    } as unknown as Assignment,
    reader: {
      betweenReads: (action: () => Promise<void>) => action(),
      release: () => undefined,
    } as unknown as Reader,
    returns: { fileTrouble: () => undefined } as unknown as Returns,
    segments,
    collector: segments,
    cancelAll,
    takeBack: () => undefined,
    stallTimeoutMs,
    isOver: () => false,
    fail: (error) => failures.push(error),
  });
  return { dir, at, other, reread, sought, failures: () => failures.map(({ message }) => message).join() };
}

/** What becomes of a partition whose segment others were faster with, who have published these ranges. */
async function lostTo(t: TestContext, ...ranges: readonly (readonly [first: number, last: number])[]) {
  const { dir, at, reread, sought, failures } = rereading(t);
  for (const [first, last] of ranges)
    writeFileSync(join(dir, 't/0', recordName(first)), formatRecord(recordOf(first, last, newWriter())));
  await reread.segmentLost(at, null);
  return { at, sought, failures: failures() };
}

const damaged = Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });

test('behind another writer’s segments reading goes on where they end', async (t) => {
  const { at, sought, failures } = await lostTo(t, [0, 3], [4, 9]);
  assert.equal(failures, '');
  assert.deepEqual(sought, [10]);
  assert.deepEqual([at.durable, at.finished, at.rewinding], [10, 10, false]);
});

test('what no segment holds is not passed over for others’ segments behind it', async (t) => {
  const { at, sought, failures } = await lostTo(t, [0, 1], [5, 9]);
  assert.match(failures, /t\/0 from offset 5 to 9, but not offsets 2 to 4/);
  assert.deepEqual(sought, []);
  assert.equal(at.durable, 0);
});

test('a partition whose segments fail for too long ends the client, also while others are published', async (t) => {
  const { at, other, reread, failures } = rereading(t, 500);
  await reread.segmentLost(at, damaged);
  assert.equal(failures(), '');
  reread.published(other);
  await reread.segmentLost(at, damaged);
  assert.match(failures(), /A segment of t\/0 could not be made durable: EIO/);
});

test('a folder that cannot be read for too long, when a segment has failed, ends the client', {
  timeout: 60_000,
}, async (t) => {
  const { dir, at, reread, failures } = rereading(t, 500);
  rmdirSync(join(dir, 't/0'));
  writeFileSync(join(dir, 't/0'), '');
  await reread.segmentLost(at, damaged);
  assert.match(failures(), /t\/0 cannot be read: ENOTDIR/);
});

test('a partition that is to be read again, and that a disk holds up which does not answer, counts as standing still', async (t) => {
  let answer = (): void => undefined;
  const hanging = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { at, reread } = rereading(t, 1_000, () => hanging);
  at.movedAtMs = 0;
  const done = reread.segmentLost(at, null);
  const [beganMs, timeoutMs] = [performance.now(), 60_000];
  const stall = (afterMs: number) => new StallWatch(timeoutMs).look([at], null, beganMs + afterMs);
  assert.equal(stall(timeoutMs / 2), null);
  assert.match(stall(timeoutMs)?.message ?? '', /t\/0 has stood still/);
  answer();
  await done;
  assert.equal(stall(timeoutMs), null);
});
