import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcome } from '../../src/batch/batch.ts';
import { EntryWriter } from '../../src/batch/entries.ts';
import { crc32c } from '../../src/checksum.ts';
import { noteFinished } from '../../src/journal/note-finished.ts';
import { PartitionNotes } from '../../src/journal/partition-notes.ts';
import { workOf } from '../support/segments.ts';

test('a saved message of which the note has not come yet holds back all behind it, and each is noted once', () => {
  const work = workOf('a', 'b', null, 'd');
  const notes = new PartitionNotes(0, 'start');
  const sent: SharedArrayBuffer[] = [];
  const writer = new EntryWriter(null, (memory) => sent.push(memory));
  for (const index of [0, 1]) {
    writer.add(index, `{"offset":${index}}\n`);
    work.view.finish(index, outcome.SAVED, 1);
  }
  // The worker's memory is in the main thread's mail, which nobody has looked at.
  assert.equal(noteFinished(work, notes), 0);
  for (const memory of sent) work.entries.addMemory(memory);
  assert.equal(noteFinished(work, notes), 3);
  work.view.finish(3, outcome.FILTERED, 0);
  assert.equal(noteFinished(work, notes), 4);
  assert.equal(
    notes.textBelow(4),
    [
      '{"start":0,"behind":"start"}\n{"offset":0}\n{"offset":1}\n',
      '{"from":2,"to":2,"outcome":"tombstone"}\n{"from":3,"to":3,"outcome":"filtered"}\n',
      `{"last":3,"timestampMs":0,"bytes":1,"crc32c":"${crc32c(Buffer.from('d'))}"}\n`,
    ].join(''),
  );
});
