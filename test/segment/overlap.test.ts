import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OverlapWatch } from '../../src/segment/overlap.ts';
import { recordName, type RangeRecord } from '../../src/segment/record.ts';
import { newFolder } from '../support/client.ts';

const range = { topic: 't', partition: 0, first: 10, last: 19 } as RangeRecord;

/** A clock by which every look at a folder takes so long. */
function clock(lookMs: number): { nowMs: () => number; pass: (ms: number) => void } {
  let atMs = 0;
  return {
    nowMs: () => {
      atMs += lookMs;
      return atMs;
    },
    pass: (ms) => {
      atMs += ms;
    },
  };
}

test('a folder that takes long to list is not listed at each publication, but again after a while', async (t) => {
  const folder = newFolder(t);
  const { nowMs, pass } = clock(100);
  const watch = new OverlapWatch(false, nowMs);
  await watch.check(folder, range);
  writeFileSync(join(folder, recordName(15)), '');
  await watch.check(folder, range);
  pass(2_000);
  await assert.rejects(watch.check(folder, range), { code: 'OUTPUT' });
});

test('where another group may write too, the folder is listed at each publication', async (t) => {
  const folder = newFolder(t);
  const watch = new OverlapWatch(true, clock(100).nowMs);
  await watch.check(folder, range);
  writeFileSync(join(folder, recordName(15)), '');
  await assert.rejects(watch.check(folder, range), { code: 'OUTPUT' });
});

test('a record that is archived between the listing and the reading is no overlap', async (t) => {
  const folder = newFolder(t);
  // What the listing names and nobody can read any more.
  symlinkSync(join(folder, 'archived'), join(folder, recordName(5)));
  await new OverlapWatch(true).check(folder, range);
});
