import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchView, outcome, packBatch } from '../../src/batch/batch.ts';
import { OpenSegment } from '../../src/segment/open-segment.ts';
import { formatRecord, parseRecord, type RangeRecord } from '../../src/segment/record.ts';
import { SegmentFile } from '../../src/segment/segment-file.ts';
import { newFolder } from '../support/client.ts';

function segmentFrom(first: number, folder: string): OpenSegment {
  const newFile = (head: Uint8Array): SegmentFile =>
    new SegmentFile({
      folder,
      temporary: 'x.tmp',
      head,
      onTrouble: () => undefined,
      descriptors: null,
      finishing: null,
    });
  return new OpenSegment(
    { topic: 't', partition: 0, first, behind: 'start', extension: '.ndjson', writer: 'w', layout: null },
    new Uint8Array(0),
    newFile,
  );
}

test('a segment tells of every offset that it covers, in runs', (t) => {
  const segment = segmentFrom(10, newFolder(t));
  assert.ok(segment.empty);
  segment.note(10, outcome.SAVED, 1);
  segment.note(11, outcome.FILTERED, 0);
  segment.note(12, outcome.FILTERED, 0);
  segment.note(15, outcome.SAVED, 3);
  segment.note(16, outcome.DEAD, 0);
  segment.coverTo(20);
  const { first, last, alerts, absent, several } = segment.record([]);
  assert.deepEqual([first, last, alerts], [10, 19, 4]);
  assert.deepEqual(absent, [
    ['filtered', 11, 12],
    ['missing', 13, 14],
    ['dead', 16, 16],
    ['missing', 17, 19],
  ]);
  assert.deepEqual(several, [[15, 3]]);
});

test('offsets that had expired are told apart from those that never were messages', (t) => {
  const segment = segmentFrom(0, newFolder(t));
  segment.note(0, outcome.SAVED, 1);
  segment.note(10, outcome.SAVED, 1);
  segment.note(12, outcome.SAVED, 1);
  const { absent } = segment.record([
    [1, 3],
    [5, 6],
    [100, 200],
  ]);
  assert.deepEqual(absent, [
    ['expired', 1, 3],
    ['missing', 4, 4],
    ['expired', 5, 6],
    ['missing', 7, 9],
    ['missing', 11, 11],
  ]);
});

test('a segment tells of the earliest and the latest of its messages, where they have timestamps', (t) => {
  const recordOf = (...timestampsMs: number[]): RangeRecord => {
    const messages = timestampsMs.map((timestampMs, offset) => ({
      ...{ offset, timestampMs, key: null, headers: [], value: Buffer.from('a') },
    }));
    const segment = segmentFrom(0, newFolder(t));
    segment.add(new BatchView(packBatch('t', 0, messages)), {
      from: 0,
      outcomes: new Uint8Array(messages.length).fill(outcome.FILTERED),
      alerts: new Int32Array(messages.length),
      ...{ head: null, parts: [], stamps: null, giveBack: () => undefined },
    });
    const record = segment.record([]);
    assert.equal(record.lastMessage?.offset, messages.length - 1);
    return record;
  };
  assert.deepEqual(recordOf(30, -1, 10, 20).timestampsMs, [10, 30]);
  assert.equal(recordOf(-1, -1).timestampsMs, undefined);
  // Whatever a producer says, the record can be read again as it was written.
  for (const strange of [1_795_489_200_000_000_000, 2 ** 63, -(2 ** 63)]) {
    const record = recordOf(10, strange);
    assert.deepEqual(parseRecord(formatRecord(record)), record, String(strange));
    for (const each of [...(record.timestampsMs ?? []), record.lastMessage?.timestampMs])
      assert.ok(Number.isSafeInteger(each), String(strange));
  }
});
