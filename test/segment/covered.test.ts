import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { coveredFrom, coveredIn, holeFrom } from '../../src/segment/covered.ts';
import { formatRecord, type RangeRecord, recordName } from '../../src/segment/record.ts';
import { newWriter } from '../../src/temporary.ts';
import { newFolder } from '../support/client.ts';
import { recordOf } from '../support/segments.ts';

const writer = newWriter();

type Range = readonly [first: number, last: number, behind?: RangeRecord['behind']];

/** A folder with records of these ranges. */
function folderWith(t: TestContext, ...ranges: readonly Range[]): string {
  const folder = newFolder(t);
  for (const [first, last, behind = 'segment'] of ranges)
    writeFileSync(
      join(folder, recordName(first)),
      formatRecord({ ...recordOf(first, last, writer), behind }),
    );
  return folder;
}

test('from an offset on all is covered where the records from there go on from one to the next', async (t) => {
  const folder = folderWith(t, [0, 9], [20, 29, 'commit'], [30, 39]);
  for (const wanted of [20, 25, 30, 39, 40]) assert.equal(await holeFrom(folder, wanted), null);
});

test('the last hole is told from the offset on that is wanted, or from where the record before it ends', async (t) => {
  const folder = folderWith(t, [0, 9], [20, 29, 'commit'], [30, 39]);
  assert.deepEqual(await holeFrom(folder, 0), [10, 19]);
  assert.deepEqual(await holeFrom(folder, 15), [15, 19]);
  assert.deepEqual(await holeFrom(folderWith(t, [90, 99, 'given']), 10), [10, 89]);
});

test('what had expired is no hole, whatever is missing below it', async (t) => {
  assert.equal(await holeFrom(folderWith(t, [0, 9], [50, 59, 'expired'], [60, 69]), 5), null);
  assert.equal(await holeFrom(folderWith(t, [50, 59, 'expired']), 5), null);
});

test('a folder that a message named as records end is none', async (t) => {
  const folder = folderWith(t, [0, 9], [20, 29, 'commit']);
  mkdirSync(join(folder, 'M31.record'));
  assert.deepEqual(await holeFrom(folder, 5), [10, 19]);
  assert.deepEqual((await coveredFrom(folder, 5)).hole, [10, 19]);
  assert.deepEqual(await coveredIn(folder, [5, 25], 30), [
    [5, 10],
    [20, 25],
  ]);
});
