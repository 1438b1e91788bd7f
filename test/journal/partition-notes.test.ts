import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionNotes } from '../../src/journal/partition-notes.ts';

const line = (offset: number): string => `{"offset":${offset}}\n`;

test('lines come in offset order, whatever the order in which batches finish, and what nothing was noted of is missing', () => {
  const notes = new PartitionNotes(5, 'commit');
  notes.absent(9, 'tombstone');
  notes.saved(7, line(7));
  notes.absent(8, 'filtered');
  assert.equal(
    notes.textBelow(12),
    [
      '{"start":5,"behind":"commit"}\n',
      '{"from":5,"to":6,"outcome":"missing"}\n',
      line(7),
      '{"from":8,"to":8,"outcome":"filtered"}\n',
      '{"from":9,"to":9,"outcome":"tombstone"}\n',
      '{"from":10,"to":11,"outcome":"missing"}\n',
    ].join(''),
  );
});

test('nothing at or above the mark is written, and what was written does not come again', () => {
  const notes = new PartitionNotes(0, 'start');
  for (let offset = 0; offset < 4; offset++) notes.saved(offset, line(offset));
  assert.equal(notes.textBelow(2), `{"start":0,"behind":"start"}\n${line(0)}${line(1)}`);
  notes.written(2);
  assert.equal(notes.textBelow(2), '');
  assert.equal(notes.textBelow(4), line(2) + line(3));
});

test('after a write that failed all of it comes again, behind a beginning', () => {
  const notes = new PartitionNotes(0, 'start');
  notes.saved(0, line(0));
  notes.written(1);
  notes.saved(1, line(1));
  notes.failed();
  assert.ok(notes.begins);
  assert.equal(notes.textBelow(2), `{"start":1,"behind":"journal"}\n${line(1)}`);
});

test('offsets that turn out to have expired are told behind the lines that took them for missing', () => {
  const notes = new PartitionNotes(0, 'start');
  notes.expired(0, 4);
  notes.saved(5, line(5));
  assert.equal(
    notes.textBelow(6),
    `{"start":0,"behind":"start"}\n{"from":0,"to":4,"outcome":"missing"}\n${line(5)}{"from":0,"to":4,"outcome":"expired"}\n`,
  );
});

test('offsets that expired are not told of before the lines that take them for missing', () => {
  const notes = new PartitionNotes(0, 'start');
  notes.expired(0, 4);
  assert.equal(notes.textBelow(3), `{"start":0,"behind":"start"}\n{"from":0,"to":2,"outcome":"missing"}\n`);
  notes.written(3);
  assert.equal(
    notes.textBelow(5),
    `{"from":3,"to":4,"outcome":"missing"}\n{"from":0,"to":4,"outcome":"expired"}\n`,
  );
  notes.written(5);
  notes.absent(5, 'dead');
  assert.equal(notes.textBelow(6), `{"from":5,"to":5,"outcome":"dead"}\n`);
});

test('the last message that came below the mark is told behind the lines, once', () => {
  const notes = new PartitionNotes(0, 'start');
  const came = (offset: number): void => {
    notes.came({ offset, timestampMs: 7, bytes: 2, crc32c: '0000000f' });
  };
  for (const offset of [0, 1, 2, 3]) notes.saved(offset, line(offset));
  for (const offset of [1, 0, 3]) came(offset);
  assert.equal(
    notes.textBelow(3),
    `{"start":0,"behind":"start"}\n${line(0)}${line(1)}${line(2)}{"last":1,"timestampMs":7,"bytes":2,"crc32c":"0000000f"}\n`,
  );
  notes.written(3);
  assert.equal(notes.textBelow(4), `${line(3)}{"last":3,"timestampMs":7,"bytes":2,"crc32c":"0000000f"}\n`);
  notes.written(4);
  notes.absent(4, 'missing');
  assert.equal(notes.textBelow(5), '{"from":4,"to":4,"outcome":"missing"}\n');
});
