import type { Assignment } from './broker/assignment.ts';
import type { Committer, Flushed } from './commit/committer.ts';
import { type PartitionProgress, partitionKey } from './commit/partition-progress.ts';
import { ClientError } from './errors.ts';
import type { Log } from './log.ts';
import type { StandardOutput } from './pipe/standard-output.ts';
import type { Segments } from './segment/segments.ts';
import type { Settlement } from './settlement.ts';
import type { Ending } from './stop/ending.ts';

/** How long a revoke waits for the commit of what is finished, before what is under way is waited for. */
const COMMIT_FIRST_MS = 3_000;
/** What is finished deserves its commit, even when the deadline has just passed. */
const LAST_COMMIT_MS = 1_000;
/** Where there is no deadline yet, it is looked so often whether there is one now. */
const LOOK_MS = 1_000;

/** What {@link Drain} needs from the flow around it. */
export interface DrainOptions {
  readonly log: Log;
  readonly shutdownTimeoutMs: number;
  readonly assignment: Assignment;
  readonly committer: Committer;
  readonly settlement: Settlement;
  readonly collector: Segments | StandardOutput | null;
  readonly ending: Ending;
  /** Whether files get no names for now, because the partitions may be another's. */
  readonly holdsNames: () => boolean;
}

/** The way out, of some partitions or of all: what is under way comes to its end, what is finished is committed. */
export class Drain {
  readonly #options: DrainOptions;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Partitions are asked for, or gone already: then every moment that we go on with them is the new owner's trouble. */
  async surrender(partitions: readonly PartitionProgress[]): Promise<void> {
    const { committer, collector, settlement, shutdownTimeoutMs } = this.#options;
    const nowMs = performance.now();
    const answer = await committer.flush(partitions, nowMs + COMMIT_FIRST_MS);
    await this.#drain(partitions, answer === 'lost' ? nowMs : nowMs + shutdownTimeoutMs);
    for (const at of partitions) {
      if (collector !== null) settlement.takeBack(at, at.durable);
      void collector?.abandon(at);
    }
  }

  /** The run is over: everything is brought to its end. What could not be is said. @param stop aborts when somebody wants it to end. */
  async shutDown(stop: AbortSignal): Promise<void> {
    const { assignment, settlement, collector, ending, log, shutdownTimeoutMs, holdsNames } = this.#options;
    const partitions = [...assignment.partitions.values()];
    if (ending.restUnwanted) {
      for (const at of partitions) await settlement.cancelAll(at);
    }
    // What nobody takes any more is not finished: it stays uncommitted.
    if (ending.pipeClosed) {
      for (const at of partitions) {
        settlement.takeBack(at, at.durable);
        at.rewind();
      }
    }
    await this.#writeUnhurried(partitions, stop);
    const end = await this.#drain(partitions, performance.now() + shutdownTimeoutMs);
    if (collector !== null) for (const at of partitions) settlement.takeBack(at, at.durable);
    if (end === 'confirmed' && !holdsNames()) return;
    const open = partitions
      .filter((at) => at.committed < at.watermark.position)
      .map((at) => `${partitionKey(at)} ${Math.max(0, at.committed)}–${at.watermark.position - 1}`)
      .join(', ');
    if (end === 'confirmed') {
      if (open !== '')
        log.warn(`After the standstill these have got no files, and who has them next begins with: ${open}.`);
      return;
    }
    if (end === 'lost') {
      // As with any revoke that came too soon: the next owner goes on from what is committed, and nobody has to do anything.
      log.warn(
        `The group took partitions back before the last commit, and who has them next begins with: ${open}.`,
      );
      return;
    }
    const error =
      end === 'late'
        ? new ClientError(
            'SHUTDOWN_TIMEOUT',
            `Not everything could be brought to its end within ${shutdownTimeoutMs / 1000} s (--shutdown-timeout). Not committed, so they come again: ${open}.`,
          )
        : new ClientError(
            'OUTPUT',
            `The disk did not confirm what was written last. Not committed, so they come again: ${open}.`,
          );
    if (ending.failure === null) ending.fail(error);
    else log.warn(error.message);
  }

  /** A run that ends by itself is in nobody's way: what it has finished is written before there is a deadline. */
  async #writeUnhurried(partitions: readonly PartitionProgress[], stop: AbortSignal): Promise<void> {
    const { committer, ending, holdsNames } = this.#options;
    const isHurried = (): boolean =>
      stop.aborted || ending.failure !== null || ending.pipeClosed || holdsNames();
    while (!isHurried() && partitions.some((at) => at.durable < at.finished)) {
      const answer = await committer.flush(partitions, performance.now() + LOOK_MS);
      if (answer !== 'late') return;
    }
  }

  /**
   * Brings the partitions' work to its end and commits it. Batches that wait for something outside are given up: their offsets are not
   * finished, so they come again.
   *
   * @returns what became of what was finished; `late` also where something was not.
   */
  async #drain(partitions: readonly PartitionProgress[], deadlineMs: number): Promise<Flushed> {
    const { committer, settlement, ending, holdsNames } = this.#options;
    for (const at of partitions) {
      at.leaving = true;
      const waiting = [...at.works.keys()].find((work) => work.state === 'returned');
      if (waiting !== undefined) await settlement.cancelFrom(at, waiting);
    }
    let drained = true;
    while (partitions.some((at) => at.works.size > 0)) {
      // The group waits, and for longer than the deadline; what has no name yet comes again to whoever is next.
      if (holdsNames()) break;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) {
        drained = false;
        break;
      }
      await ending.next(leftMs);
    }
    for (const at of partitions) await settlement.cancelAll(at);
    const committed = await committer.flush(
      partitions,
      Math.max(deadlineMs, performance.now() + LAST_COMMIT_MS),
    );
    return drained ? committed : 'late';
  }
}
