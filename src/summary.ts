import { outcome, type Outcome } from './batch/batch.ts';
import type { SavedRuns } from './commit/saved-runs.ts';
import type { BatchReport } from './pool/messages.ts';
import type { Work } from './pool/work.ts';

/** What a run has done so far. */
export class Summary {
  savedAlerts = 0;
  savedBytes = 0;
  filteredAlerts = 0;
  deadLetters = 0;
  skipped = 0;
  tombstones = 0;
  /** Offsets that had expired before they could be read. */
  lostOffsets = 0;
  readonly startedMs: number = performance.now();

  /**
   * Counts what of a batch was finished since it was counted last.
   *
   * @param runs is told of each offset's alerts.
   * @returns how many alerts that added.
   */
  count(work: Work, report: BatchReport, runs: SavedRuns): number {
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
      this.#countOutcome(view.outcomeAt(index));
    }
    const cut = pending < view.batch.count ? view.savedAt(pending) : 0;
    if (pending < view.batch.count) add(pending);
    work.savedOfPending = cut;
    work.counted = pending;
    this.savedAlerts += saved;
    this.savedBytes += report.savedBytes;
    this.filteredAlerts += report.filteredAlerts;
    return saved;
  }

  #countOutcome(result: Outcome): void {
    if (result === outcome.DEAD) this.deadLetters += 1;
    if (result === outcome.SKIPPED) this.skipped += 1;
    if (result === outcome.TOMBSTONE) this.tombstones += 1;
  }

  /** One sentence for the log. */
  toString(): string {
    const seconds = (performance.now() - this.startedMs) / 1000;
    const parts = [
      `${this.savedAlerts} alerts saved (${(this.savedBytes / 1e6).toFixed(1)} MB)`,
      this.filteredAlerts > 0 ? `${this.filteredAlerts} filtered` : '',
      this.deadLetters > 0 ? `${this.deadLetters} dead letters` : '',
      this.skipped > 0 ? `${this.skipped} bad messages skipped` : '',
      this.tombstones > 0 ? `${this.tombstones} tombstones` : '',
      this.lostOffsets > 0 ? `${this.lostOffsets} offsets lost` : '',
    ];
    const rate = seconds > 0 ? `, ${Math.round(this.savedAlerts / seconds)} a second` : '';
    return `${parts.filter(Boolean).join(', ')} in ${seconds.toFixed(1)} s${rate}.`;
  }
}
