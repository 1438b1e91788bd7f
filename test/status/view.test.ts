import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { PartitionProgress, partitionKey } from '../../src/commit/partition-progress.ts';
import { lineOf } from '../../src/status/lines.ts';
import { type StatusView, viewOf } from '../../src/status/view.ts';
import { History } from '../../src/telemetry/history.ts';
import { Telemetry } from '../../src/telemetry/telemetry.ts';
import { afterwards } from '../support/after.ts';
import { anyBroker, configOf } from '../support/options.ts';

/** A run that reads `ztf`, a partition of ten messages, nine of which are finished. */
async function run(
  t: TestContext,
  commits = true,
): Promise<{
  history: History;
  partition: PartitionProgress;
  partitions: Map<string, PartitionProgress>;
  view: () => StatusView;
}> {
  const config = await configOf(['ztf', ...anyBroker, '-d', 'any', '--until-end']);
  const telemetry = new Telemetry();
  const history = new History(telemetry);
  afterwards(t, () => {
    history.close();
  });
  const partition = new PartitionProgress({
    topic: 'ztf',
    partition: 0,
    offset: 0,
    committed: 0,
    behind: 'commit',
  });
  partition.watermark.finish(partition.watermark.begin(0, 9), 9);
  const partitions = new Map([[partitionKey(partition), partition]]);
  telemetry.watch({
    partitions,
    isAssigned: () => true,
    commits,
    bytesInFlight: () => 0,
    workerUse: () => [],
    endOf: () => 10,
    goalOf: () => 10,
    isAlive: () => true,
  });
  return { history, partition, partitions, view: () => viewOf(config, telemetry, history) };
}

test('nobody says how long the end will take while a partition waits', async (t) => {
  const { partition, view } = await run(t);
  assert.equal(typeof view().progress?.leftMs, 'number');
  partition.segmentWait = { what: 'disk space', mayCome: true };
  assert.equal(view().progress?.leftMs, null);
});

test('messages that are read and not finished are still behind, and nothing is caught up by reading them', async (t) => {
  const { history, partition, view } = await run(t);
  const sample = {
    ...{ atMs: performance.now() - 1_000, tookMs: 1_000, bytesInFlight: 0, workerUse: [], latencyMs: null },
    eventLoopDelayMs: { p99: 0, max: 0 },
  };
  const counts = { savedAlerts: 0, finishedMessages: 0, readBytes: 0 };
  history.samples.push({ ...sample, topics: new Map([['ztf', { ...counts, lag: 1 }]]) });
  partition.watermark.begin(9, 10);
  const { all, topics } = view();
  assert.deepEqual([topics[0]?.lag, all.lag], [1, 1]);
  assert.deepEqual([topics[0]?.catchUpMs, all.catchUpMs], [null, null]);
});

test('the time until all is caught up is known as soon as that of each topic is', async (t) => {
  const { history, view } = await run(t);
  const sample = {
    ...{ atMs: performance.now() - 1_000, tookMs: 1_000, bytesInFlight: 0, workerUse: [], latencyMs: null },
    eventLoopDelayMs: { p99: 0, max: 0 },
  };
  const counts = { savedAlerts: 0, finishedMessages: 0, readBytes: 0 };
  // No partition was assigned in the first second.
  history.samples.push(
    { ...sample, topics: new Map() },
    { ...sample, topics: new Map([['ztf', { ...counts, lag: 5 }]]) },
  );
  const { all, topics } = view();
  assert.equal(typeof topics[0]?.catchUpMs, 'number');
  assert.equal(typeof all.catchUpMs, 'number');
});

test('of a run that commits nothing, nothing is shown as committed', async (t) => {
  assert.equal((await run(t)).view().all.committed, 0);
  assert.equal((await run(t, false)).view().all.committed, null);
});

test('a member of the group without partitions says so', async (t) => {
  const { partitions, view } = await run(t);
  assert.doesNotMatch(lineOf(view()).text, /No partition/);
  partitions.clear();
  assert.match(lineOf(view()).text, /^No partition is left for this member of the group, 0 alerts saved/);
});
