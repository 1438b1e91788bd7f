import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { outcome } from '../../src/batch/batch.ts';
import { PartitionSegments } from '../../src/segment/partition-segments.ts';
import { publishRange } from '../../src/segment/publish.ts';
import { recordName } from '../../src/segment/record.ts';
import { recover } from '../../src/segment/recover.ts';
import { isTemporaryName, newWriter, temporaryName } from '../../src/temporary.ts';
import { afterwards } from '../support/after.ts';
import { newFolder } from '../support/client.ts';
import { chunkOf, coverage, rangesIn, recordOf, workOf } from '../support/segments.ts';

const writer = newWriter();
let temporaries = 0;

/** The segments of a partition that is read from offset 0 on, and what they tell. */
function segmentsIn(t: TestContext, alerts: number) {
  const root = newFolder(t);
  const at = { root, below: 't/0' };
  const folder = join(root, at.below);
  mkdirSync(folder, { recursive: true });
  const told: string[] = [];
  let onTold: () => void = () => undefined;
  const tell = (what: string): void => {
    told.push(what);
    onTold();
  };
  const segments = new PartitionSegments(
    {
      ...{ topic: 't', partition: 0, folder: at, extension: '.ndjson', head: new Uint8Array(0) },
      ...{ layout: null, descriptors: null, finishing: null, writer, sync: true, isShared: false },
      limits: { bytes: 1_000_000, alerts, ageMs: 1_000_000 },
      nextTemporary: () => temporaries++,
      onPublished: (next) => {
        tell(`published up to ${next}`);
      },
      onLost: (error) => {
        tell(error === null ? 'another was faster' : error.message);
      },
      onTrouble: () => undefined,
      onManyFiles: () => undefined,
    },
    0,
    'start',
  );
  afterwards(t, () => segments.abandon());
  const hears = async (count: number): Promise<void> => {
    while (told.length < count)
      await new Promise<void>((resolve) => {
        onTold = resolve;
      });
  };
  return { at, folder, segments, told, hears };
}

test('behind a segment that another writer was faster with nothing is published: there may be a gap between the two', async (t) => {
  const { at, folder, segments, told, hears } = segmentsIn(t, 3);
  const other = recordOf(0, 1, newWriter());
  writeFileSync(join(folder, other.temporary), '{}\n');
  const recordTemporary = temporaryName(newWriter(), 0, 99);
  await publishRange(at, { record: other, recordTemporary, newlyMade: [] }, true);
  const work = workOf('a', 'b', 'c', 'd', 'e', 'f');
  segments.begin(work);
  segments.add(work, chunkOf(0, 'a', 'b', 'c'));
  // Full too, and waiting for the first one.
  segments.add(work, chunkOf(3, 'd', 'e', 'f'));
  await hears(1);
  // Both come to their end without anybody's asking.
  while (readdirSync(folder).some(isTemporaryName)) await new Promise(setImmediate);
  assert.deepEqual(told, ['another was faster']);
  assert.deepEqual(
    rangesIn(folder).map(({ first, last }) => [first, last]),
    [[0, 1]],
  );
});

test('the data of a record that could not get its name stays, for whoever comes next publishes it', async (t) => {
  const { at, folder, segments, told, hears } = segmentsIn(t, 2);
  const name = join(folder, recordName(0).replace('.record', '.ndjson'));
  // Something that is not there, and still has the name: it is met only when the record is published already.
  symlinkSync(join(folder, 'nowhere'), name);
  const work = workOf('a', 'b');
  segments.begin(work);
  segments.add(work, chunkOf(0, 'a', 'b'));
  await hears(1);
  assert.match(told.join(), /is there already/);
  await segments.abandon();
  unlinkSync(name);
  assert.equal((await recover(at, writer))?.next, 2);
  assert.ok(existsSync(name));
  assert.equal(readFileSync(name, 'utf8'), 'a\nb\n');
});

test('a segment that is closed in the middle of a batch covers the tombstones behind what came to it, and nothing further', async (t) => {
  const { folder, segments, told, hears } = segmentsIn(t, 100);
  // What no worker sees is finished from the beginning on; the next chunk would bring it.
  const work = workOf('a', null, 'c');
  segments.begin(work);
  segments.add(work, chunkOf(0, 'a'));
  work.view.finish(0, outcome.SAVED, 1);
  assert.equal(work.view.firstPending(), 2);
  segments.close(2);
  await hears(1);
  segments.add(work, chunkOf(2, 'c'));
  segments.done(work);
  segments.close(3);
  await hears(2);
  assert.deepEqual(told, ['published up to 2', 'published up to 3']);
  assert.deepEqual(coverage(rangesIn(folder)), [null, 'tombstone', null]);
});

test('offsets that had expired before they were read are a loss, and the record says so', async (t) => {
  const { folder, segments, hears } = segmentsIn(t, 100);
  segments.expired(0, 2);
  segments.close(5);
  await hears(1);
  assert.deepEqual(coverage(rangesIn(folder)), ['expired', 'expired', 'expired', 'missing', 'missing']);
});
