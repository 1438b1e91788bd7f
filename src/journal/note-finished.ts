import { outcome } from '../batch/batch.ts';
import { crc32c } from '../checksum.ts';
import type { Work } from '../pool/work.ts';
import { absenceOf } from '../segment/absence.ts';
import { heldMs } from '../timestamp.ts';
import type { PartitionNotes } from './partition-notes.ts';

/**
 * Notes the messages of a batch that were finished since the last time, each once.
 *
 * @returns index of the first message that is not finished, or of which nothing is known yet to write: it may not be committed.
 */
export function noteFinished(work: Work, notes: PartitionNotes): number {
  const { view, entries } = work;
  const before = work.noted;
  for (const pending = view.firstPending(); work.noted < pending; work.noted++) {
    const result = view.outcomeAt(work.noted);
    const offset = view.offset(work.noted);
    if (result === outcome.SAVED) {
      const lines = entries.take(work.noted);
      // The worker's note is on its way: it was sent before, and main has not looked at its mail yet.
      if (lines === null) break;
      notes.saved(offset, lines);
    } else if (result !== outcome.PENDING) {
      notes.absent(offset, absenceOf[result]);
    }
  }
  if (work.noted > before) {
    const { offset, timestampMs, value } = view.message(work.noted - 1);
    notes.came({ offset, timestampMs: heldMs(timestampMs), bytes: value.byteLength, crc32c: crc32c(value) });
  }
  return work.noted;
}
