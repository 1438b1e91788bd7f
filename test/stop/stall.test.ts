import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import type { Work } from '../../src/pool/work.ts';
import { StallWatch } from '../../src/stop/stall.ts';

const TIMEOUT_MS = 60_000;
const TICK_MS = 1_000;

/** A partition that has had a batch in work since a moment. */
function busySince(atMs: number): PartitionProgress {
  const at = new PartitionProgress({ topic: 'ztf', partition: 3, offset: 7, committed: 7, behind: 'start' });
  at.works.set({} as Work, at.watermark.begin(7, 9));
  at.movedAtMs = atMs;
  return at;
}

/** What a look a second finds from one moment to another, with the first moment that it does. */
function firstStall(watch: StallWatch, at: PartitionProgress, fromMs: number, toMs: number): number | null {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += TICK_MS)
    if (watch.look([at], null, nowMs) !== null) return nowMs;
  return null;
}

test('a partition that does not get on with messages in work is named after --stall-timeout', () => {
  assert.equal(firstStall(new StallWatch(TIMEOUT_MS), busySince(0), 0, 2 * TIMEOUT_MS), TIMEOUT_MS);
  const waiting = busySince(0);
  waiting.segmentWait = { what: 'disk space', mayCome: true };
  assert.equal(firstStall(new StallWatch(TIMEOUT_MS), waiting, 0, 2 * TIMEOUT_MS), null);
  const idle = busySince(0);
  idle.works.clear();
  assert.equal(firstStall(new StallWatch(TIMEOUT_MS), idle, 0, 2 * TIMEOUT_MS), null);
});

test('who waits for a schema that nobody knows is told what is missing, for a new start alone would not help', () => {
  const at = busySince(0);
  for (const work of at.works.keys())
    work.wait = { what: 'schema 900', mayCome: false, why: 'its messages name schema 900.' };
  const stall = new StallWatch(TIMEOUT_MS).look([at], null, TIMEOUT_MS);
  assert.match(
    stall?.message ?? '',
    /^ztf\/3 has stood still at offset 7 for 60 s: its messages name schema 900\. /,
  );
  assert.match(stall?.message ?? '', /a new start alone does not help/);
});

test('whoever stood still as a whole, as after Ctrl-Z, gives all their time anew when it goes on', () => {
  const watch = new StallWatch(TIMEOUT_MS);
  const at = busySince(0);
  assert.equal(firstStall(watch, at, 0, 10_000), null);
  const wokenMs = 10_000 + 3_600_000;
  assert.equal(firstStall(watch, at, wokenMs, wokenMs + 2 * TIMEOUT_MS), wokenMs + TIMEOUT_MS);
});

test('while files get no names after a standstill nothing counts as stalled, and all have their time anew afterwards', () => {
  const watch = new StallWatch(TIMEOUT_MS);
  const at = busySince(0);
  const heldMs = 2 * TIMEOUT_MS;
  for (let nowMs = 0; nowMs <= heldMs; nowMs += TICK_MS)
    assert.equal(watch.look([at], null, nowMs, true), null);
  assert.equal(firstStall(watch, at, heldMs + TICK_MS, heldMs + 2 * TIMEOUT_MS), heldMs + TIMEOUT_MS);
});
