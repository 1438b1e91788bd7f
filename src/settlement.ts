import type { BatchMemory } from './batch/batch-memory.ts';
import type { Committer } from './commit/committer.ts';
import type { PartitionProgress } from './commit/partition-progress.ts';
import type { Journal } from './journal/journal.ts';
import { noteFinished } from './journal/note-finished.ts';
import type { Log } from './log.ts';
import type { StandardOutput } from './pipe/standard-output.ts';
import type { BatchReport, ReceivedChunk } from './pool/messages.ts';
import type { Pool } from './pool/pool.ts';
import type { Work } from './pool/work.ts';
import type { Returns } from './returns.ts';
import type { Segments } from './segment/segments.ts';
import type { Ending } from './stop/ending.ts';
import type { FailureLimit } from './stop/failure-limit.ts';
import type { Limit } from './stop/limit.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** A batch that was given up tells nothing more. */
const NOTHING_REPORTED: BatchReport = {
  unfinished: { why: 'cancelled' },
  failures: [],
  lines: [],
  savedBytes: 0,
  filteredAlerts: 0,
  times: null,
};

/** What {@link Settlement} needs from the flow around it. */
export interface SettlementOptions {
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly pool: Pool;
  readonly limit: Limit;
  readonly memory: BatchMemory;
  readonly failures: FailureLimit;
  /** null: segments have their records. */
  readonly journal: Journal | null;
  /** Puts what workers encoded into offset order; null: they write files themselves. */
  readonly collector: Segments | StandardOutput | null;
  readonly committer: Committer;
  readonly returns: Returns;
  readonly ending: Ending;
  /** Something has come to its end. */
  readonly onSettled: () => void;
}

/** What comes of the batches that were given to the workers: what is finished counts, the rest goes on, waits or is given up. */
export class Settlement {
  readonly #options: SettlementOptions;
  readonly #owners = new Map<Work, PartitionProgress>();

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  begun(work: Work, at: PartitionProgress): void {
    const { collector, telemetry } = this.#options;
    this.#owners.set(work, at);
    collector?.of(at)?.begin(work);
    telemetry.begun(work, at);
  }

  /** A part of a batch: it goes into the partition's open segment, or out. */
  takeOver(work: Work, chunk: ReceivedChunk): void {
    const at = this.#owners.get(work);
    if (at === undefined) return;
    this.#options.collector?.of(at)?.add(work, chunk);
    this.catchUp(at);
  }

  /** What a worker brought back. */
  settle(work: Work, report: BatchReport): void {
    const at = this.#owners.get(work);
    const range = at?.works.get(work);
    if (at === undefined || range === undefined) return;
    const { limit, returns, committer, ending, onSettled } = this.#options;
    const before = at.finished;
    const count = work.view.batch.count;
    const noted = this.#note(at, work);
    at.watermark.finish(range, noted === count ? range.next : work.view.offset(noted));
    if (at.finished > before) at.movedAtMs = performance.now();
    const from = work.counted;
    limit.settle(work.budget, this.#countSaved(at, work, report));
    work.budget = 0;
    this.#judge(work, from, report);
    this.#tell(work, report);
    if (report.unfinished === null) {
      this.#reuse(at, work);
      this.#forget(at, work);
    } else if (at.leaving || at.rewinding || ending.isOver) {
      void this.cancelFrom(at, work);
    } else {
      returns.take(at, work, report.unfinished);
    }
    returns.retryLimited();
    committer.finished();
    onSettled();
  }

  /** What of a batch that is still under way is finished already: it stands in the shared memory. */
  catchUp(at: PartitionProgress): void {
    const [first] = at.works;
    if (first === undefined) return;
    const [work, range] = first;
    const noted = this.#note(at, work);
    const before = at.finished;
    if (noted < work.view.batch.count) at.watermark.finish(range, work.view.offset(noted));
    if (at.finished === before) return;
    at.movedAtMs = performance.now();
    this.#options.committer.finished();
  }

  /** Gives up a batch and all behind it. */
  async cancelFrom(at: PartitionProgress, first: Work): Promise<void> {
    const { pool, collector, limit, memory, ending, telemetry } = this.#options;
    const works = [...at.works.keys()];
    for (const work of works.slice(works.indexOf(first)).reverse()) {
      await pool.cancel(work);
      // Even if it was done meanwhile: what is before it will not be, and behind a gap it must not go out.
      collector?.of(at)?.cancel(work);
      if (!at.works.has(work)) continue;
      for (const piece of memoriesOf(work)) memory.drop(piece);
      // What it had finished by then stays finished, and what was still allowed to it others may save.
      this.catchUp(at);
      limit.settle(work.budget, this.#countSaved(at, work, NOTHING_REPORTED));
      work.budget = 0;
      this.#forget(at, work);
    }
    telemetry.givenUp(at, first.view.offset(0));
    ending.changed();
  }

  async cancelAll(at: PartitionProgress): Promise<void> {
    const [first] = at.works.keys();
    if (first !== undefined) await this.cancelFrom(at, first);
  }

  /** Alerts of offsets from one on were thrown away: others will be saved, or the same again. */
  takeBack(at: PartitionProgress, from: number): void {
    const { telemetry, limit, returns } = this.#options;
    const saved = at.saved.takeBack(from);
    telemetry.of(at).takenBackAlerts += saved;
    telemetry.givenUp(at, from);
    limit.takeBack(saved);
    // First those that wait for it, and only then what is read again.
    if (saved > 0) returns.retryLimited();
  }

  /** A batch is done, and its worker has let go of it: when the collector has too, another may have its memory. */
  #reuse(at: PartitionProgress, work: Work): void {
    const { collector, memory } = this.#options;
    const through = collector === null ? [work] : (collector.of(at)?.done(work) ?? []);
    for (const piece of through.flatMap(memoriesOf)) memory.giveBack(piece);
  }

  #forget(at: PartitionProgress, work: Work): void {
    at.works.delete(work);
    this.#owners.delete(work);
  }

  #countSaved(at: PartitionProgress, work: Work, report: BatchReport): number {
    at.saved.settle(at.durable);
    return this.#options.telemetry.finished(work, report, at);
  }

  /** Notes what is finished of a batch for the journal. @returns the first message that is not, which holds the watermark. */
  #note(at: PartitionProgress, work: Work): number {
    if (this.#options.journal === null) return work.view.firstPending();
    return noteFinished(work, at.notes);
  }

  #judge(work: Work, from: number, report: BatchReport): void {
    const { failures: allowed, ending } = this.#options;
    const failures = new Map(report.failures.map((failure) => [failure.offset, failure]));
    for (let index = from; index < work.counted; index++) {
      const failure = failures.get(work.view.offset(index));
      const error = allowed.count(failure?.code ?? null, failure?.text);
      if (error !== null) ending.fail(error);
    }
  }

  #tell(work: Work, report: BatchReport): void {
    const { log } = this.#options;
    for (const line of report.lines) log.info(line);
    const { topic, partition } = work.view.batch;
    for (const code of new Set(report.failures.map((failure) => failure.code))) {
      const alike = report.failures.filter((failure) => failure.code === code);
      const [first] = alike;
      if (first === undefined) continue;
      const many = alike.length === 1 ? 'A message' : `${alike.length} messages, the first`;
      log.warn(
        { topic, partition, offsets: alike.map(({ offset }) => offset), code },
        `${many} of ${topic}/${partition} at offset ${first.offset} could not be saved: ${first.text} (${code}); ${first.fate}.`,
      );
      log.debug(first.stack ?? '');
    }
  }
}

/** A batch's own memory, and what workers noted of it in. */
function memoriesOf({ view, entries }: Work): SharedArrayBuffer[] {
  return [view.batch.memory, ...entries.memories];
}
