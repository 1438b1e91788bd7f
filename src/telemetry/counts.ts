import { type BatchView, outcome } from '../batch/batch.ts';
import type { SavedRuns } from '../commit/saved-runs.ts';
import type { BatchReport } from '../pool/messages.ts';
import type { Work } from '../pool/work.ts';

/** What became of a partition's messages since the start. It only grows. */
export class Counts {
  readMessages = 0;
  readBytes = 0;
  /** Saved or not: nothing more is to be done for them. */
  finishedMessages = 0;
  savedAlerts = 0;
  /** Of those, thrown away before they were durable: they are saved once more. */
  takenBackAlerts = 0;
  savedBytes = 0;
  filteredAlerts = 0;
  deadLetters = 0;
  skippedMessages = 0;
  tombstones = 0;
  /** Published; only where alerts go into segments. */
  segments = 0;
  /** Of the segments: with `--path` one has several. */
  segmentFiles = 0;
  /** Of those files, compressed where they are. */
  segmentBytes = 0;

  /** Saved, each once. Unlike {@link savedAlerts} it may fall. */
  get keptAlerts(): number {
    return this.savedAlerts - this.takenBackAlerts;
  }

  /** A batch was begun. */
  read(view: BatchView): void {
    this.readMessages += view.batch.count;
    for (let index = 0; index < view.batch.count; index++) this.readBytes += view.valueBytes(index);
  }

  /**
   * Counts what of a batch was finished since it was counted last.
   *
   * @param runs is told of each offset's alerts.
   * @returns how many alerts that added.
   */
  finish(work: Work, report: BatchReport, runs: SavedRuns): number {
    const { view } = work;
    const pending = view.firstPending();
    let saved = 0;
    const add = (index: number): void => {
      // A message that a limit cut in the middle has some that were counted before.
      const more = view.savedAt(index) - (index === work.counted ? work.savedOfPending : 0);
      runs.add(view.offset(index), more);
      saved += more;
    };
    for (let index = work.counted; index < pending; index++) {
      add(index);
      const result = view.outcomeAt(index);
      if (result === outcome.DEAD) this.deadLetters += 1;
      if (result === outcome.SKIPPED) this.skippedMessages += 1;
      if (result === outcome.TOMBSTONE) this.tombstones += 1;
    }
    const cut = pending < view.batch.count ? view.savedAt(pending) : 0;
    if (pending < view.batch.count) add(pending);
    work.savedOfPending = cut;
    this.finishedMessages += pending - work.counted;
    work.counted = pending;
    this.savedAlerts += saved;
    this.savedBytes += report.savedBytes;
    this.filteredAlerts += report.filteredAlerts;
    return saved;
  }

  add(other: Counts): void {
    this.readMessages += other.readMessages;
    this.readBytes += other.readBytes;
    this.finishedMessages += other.finishedMessages;
    this.savedAlerts += other.savedAlerts;
    this.takenBackAlerts += other.takenBackAlerts;
    this.savedBytes += other.savedBytes;
    this.filteredAlerts += other.filteredAlerts;
    this.deadLetters += other.deadLetters;
    this.skippedMessages += other.skippedMessages;
    this.tombstones += other.tombstones;
    this.segments += other.segments;
    this.segmentFiles += other.segmentFiles;
    this.segmentBytes += other.segmentBytes;
  }
}
