import { EventEmitter, once } from 'node:events';
import type { AlertConsumer, BrokerError, PartitionOffset } from '../broker/consumer.ts';
import { messageOf } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { PartitionNotes } from '../journal/partition-notes.ts';
import type { Log } from '../log.ts';
import { type Durability, SyncNotBegun } from './durability.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { partitionKey, type PartitionProgress } from './partition-progress.ts';
import type { Watermark } from './watermark.ts';

const COMMIT_INTERVAL_MS = 1_000;
/** The least time between the starts of two syncs. */
const SYNC_INTERVAL_MS = 50;
/** And after one that could not be begun. */
const SYNC_RETRY_MS = 1_000;
const SAY_AGAIN_MS = 60_000;
const JOURNAL_RETRY_MS = 1_000;

const ERR_NO_OFFSET = -168;

/**
 * Codes that say that the partitions are no longer ours: state, assignment lost, illegal generation, unknown member, fenced (instance,
 * epoch). No use to try again; the new owner goes on from what was committed.
 */
const NOT_OURS = new Set([-172, -142, 22, 25, 82, 110]);
/** The group moved on while the commit was on its way: it divides anew, or has (KIP-848). It is tried again as soon as we have heard of that. */
const MOVED_ON = new Set([27, 113]);
const ERR_ILLEGAL_GENERATION = 22;

/** What is finished at a moment; with the watermark it stood on, since a rewind brings a new one. */
interface Finished {
  readonly at: PartitionProgress;
  readonly watermark: Watermark;
  readonly notes: PartitionNotes;
  readonly offset: number;
}

/**
 * What became of what was finished: `confirmed` by the broker; `late`: not before the deadline; `lost`: the partitions are another member's
 * already; `in doubt`: the disk has refused some of it.
 */
export type Flushed = 'confirmed' | 'late' | 'lost' | 'in doubt';

/** What the committer needs and tells. */
export interface CommitterOptions {
  readonly consumer: AlertConsumer;
  readonly durability: Durability;
  /** Is told of everything before it is committed; null: there is none. */
  readonly journal: Journal | null;
  /** The assigned partitions, by {@link partitionKey}; kept up to date by their owner. */
  readonly partitions: ReadonlyMap<string, PartitionProgress>;
  readonly log: Log;
  /** As a member of the group; for partitions taken by hand; or not at all: then what is durable counts as committed. */
  readonly commits: 'as-member' | 'by-hand' | 'never';
  /** The group has what was committed of it. */
  readonly onConfirmed: (at: PartitionProgress) => void;
  /** A commit was refused: the partitions are another member's. */
  readonly onRefused: () => void;
  /** Publishes the open segments of these partitions; null: no segments, files are made durable by {@link Durability}. */
  readonly closeSegments: ((partitions: readonly PartitionProgress[]) => void) | null;
  /** What was published since the last good sync may be lost: it must be written again. */
  readonly onSyncFailed: (error: unknown, inARow: number) => void;
  /** Is told how it goes; null: nobody wants to know. */
  readonly telemetry: Pick<Telemetry, 'durable' | 'committed' | 'took'> | null;
}

/**
 * Moves offsets from finished to committed: makes their files durable, stores the offsets, commits. Syncs start whenever something
 * is unsynced and none is running; commits go out every second.
 */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #commitTimer: NodeJS.Timeout;
  #syncing: Promise<void> | null = null;
  #syncTimer: NodeJS.Timeout | null = null;
  #lastSyncMs = -Infinity;
  #commitSentMs = 0;
  #failedInARow = 0;
  #saidMs = -Infinity;
  /** When a failed commit was told of last, by its code; none since one was confirmed. */
  readonly #commitSaidMs = new Map<number, number>();
  /** Marks that a failed sync has put in doubt: no later sync makes them good, only a rewind, which brings a new watermark. */
  readonly #doubtful = new WeakSet<Watermark>();
  #journalFailing = false;
  /** How often the answer to a commit was that the partitions are not ours. */
  #refusals = 0;
  readonly #events = new EventEmitter();
  #closed = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
    options.consumer.onCommit = (error, offsets) => {
      this.#confirm(error, offsets);
    };
    this.#commitTimer = setInterval(() => {
      this.#commit();
    }, COMMIT_INTERVAL_MS);
  }

  /** Something was finished. */
  finished(): void {
    // In segments it becomes durable when its segment is published, and {@link published} tells of that.
    if (this.#options.closeSegments !== null) return;
    if (this.#options.durability.fileSync !== 'group' && this.#options.journal === null)
      this.#markDurable(this.#snapshot());
    else if (this.#syncing === null && this.#syncTimer === null) this.#scheduleSync();
  }

  /** All below this offset is in published segments. */
  published(at: PartitionProgress, next: number): void {
    this.#raiseDurable(at, next);
    this.#announce();
  }

  /**
   * Brings all that is finished of these partitions to the broker. Somebody must go on polling meanwhile: the result
   * comes that way.
   *
   * Partitions that are taken away meanwhile are not waited for: nobody commits for them any more.
   */
  async flush(partitions: readonly PartitionProgress[], deadlineMs: number): Promise<Flushed> {
    while (this.#anythingUnsynced(partitions.filter((at) => this.#isOurs(at)))) {
      if (performance.now() > deadlineMs) return 'late';
      this.finished();
      this.#options.closeSegments?.(partitions);
      await this.#nextChange(deadlineMs);
    }
    const answer = await this.confirm(partitions, deadlineMs);
    const open = partitions.filter((at) => at.durable < at.finished);
    if (answer !== 'confirmed' || open.length === 0) return answer;
    return open.some((at) => this.#isOurs(at)) ? 'in doubt' : 'lost';
  }

  /** The same for what is durable already. */
  async confirm(
    partitions: readonly PartitionProgress[],
    deadlineMs: number,
  ): Promise<Exclude<Flushed, 'in doubt'>> {
    const refusals = this.#refusals;
    this.#commit();
    while (partitions.some((at) => this.#isOurs(at) && at.isOwing)) {
      if (this.#refusals > refusals) return 'lost';
      if (performance.now() > deadlineMs) return 'late';
      await this.#nextChange(deadlineMs);
    }
    return partitions.some((at) => at.isOwing) ? 'lost' : 'confirmed';
  }

  #isOurs(at: PartitionProgress): boolean {
    return this.#options.partitions.get(partitionKey(at)) === at;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#commitTimer);
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer);
  }

  #scheduleSync(): void {
    if (this.#closed) return;
    const waitMs = Math.max(0, this.#lastSyncMs + SYNC_INTERVAL_MS - performance.now());
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = null;
      this.#syncing = this.#sync().finally(() => {
        this.#syncing = null;
        if (this.#anythingUnsynced(this.#options.partitions.values())) this.#scheduleSync();
        this.#announce();
      });
    }, waitMs);
  }

  async #sync(): Promise<void> {
    this.#lastSyncMs = performance.now();
    const snapshot = this.#snapshot();
    if (!(await this.#journal(snapshot))) return;
    try {
      await this.#options.durability.sync();
      this.#options.telemetry?.took('sync', performance.now() - this.#lastSyncMs);
      this.#failedInARow = 0;
      this.#markDurable(snapshot);
    } catch (error) {
      if (error instanceof SyncNotBegun) {
        this.#waitBeforeSync(error);
        return;
      }
      this.#failedInARow += 1;
      // At once: the rewind takes its time, and the next sync would call good what the disk has dropped.
      for (const { watermark, durable, finished } of this.#options.partitions.values()) {
        if (durable < finished) this.#doubtful.add(watermark);
      }
      this.#options.onSyncFailed(error, this.#failedInARow);
    }
  }

  /** Nothing was lost, so nothing is written again; it only stays uncommitted for longer. */
  #waitBeforeSync(error: SyncNotBegun): void {
    const nowMs = performance.now();
    this.#lastSyncMs = nowMs + SYNC_RETRY_MS - SYNC_INTERVAL_MS;
    if (nowMs - this.#saidMs < SAY_AGAIN_MS) return;
    this.#saidMs = nowMs;
    this.#options.log.error(
      `What is written cannot be synced: ${error.message}. Nothing of it is committed; it is tried again every second.`,
    );
  }

  /** @returns whether the journal holds all that is finished. If not, nothing is committed, and it is tried again. */
  async #journal(snapshot: readonly Finished[]): Promise<boolean> {
    const { journal, log } = this.#options;
    try {
      await journal?.append(
        snapshot.map(({ at, notes, offset }) => ({
          topic: at.topic,
          partition: at.partition,
          notes,
          upTo: offset,
        })),
      );
      this.#journalFailing = false;
      return true;
    } catch (error) {
      if (!this.#journalFailing)
        log.error(
          `The journal cannot be written: ${messageOf(error)}. Nothing is committed until it can; it is tried again every second.`,
        );
      this.#journalFailing = true;
      this.#lastSyncMs = performance.now() + JOURNAL_RETRY_MS - SYNC_INTERVAL_MS;
      return false;
    }
  }

  #anythingUnsynced(partitions: Iterable<PartitionProgress>): boolean {
    return [...partitions].some((at) => at.durable < at.finished && !this.#doubtful.has(at.watermark));
  }

  #snapshot(): Finished[] {
    return [...this.#options.partitions.values()].map((at) => ({
      at,
      watermark: at.watermark,
      notes: at.notes,
      offset: at.finished,
    }));
  }

  #markDurable(snapshot: readonly Finished[]): void {
    for (const { at, watermark, offset } of snapshot) {
      if (at.watermark === watermark && !this.#doubtful.has(watermark)) this.#raiseDurable(at, offset);
    }
    this.#announce();
  }

  #raiseDurable(at: PartitionProgress, offset: number): void {
    if (offset <= at.durable) return;
    at.durable = offset;
    this.#options.telemetry?.durable(at);
  }

  #raiseCommitted(at: PartitionProgress, offset: number): void {
    if (offset <= at.committed) return;
    at.committed = offset;
    this.#options.onConfirmed(at);
    this.#options.telemetry?.committed(at);
  }

  #commit(): void {
    const { consumer, partitions, log } = this.#options;
    // In a topic that was made again, the old one's offset would pass over alerts for good.
    const all = [...partitions.values()].filter(({ isSameTopic }) => isSameTopic);
    if (this.#options.commits === 'never') {
      for (const at of all) {
        at.stored = at.durable;
        this.#raiseCommitted(at, at.durable);
      }
      return;
    }
    for (const at of all) {
      if (at.durable <= at.stored) continue;
      if (this.#options.commits === 'by-hand') {
        at.stored = at.durable;
        continue;
      }
      try {
        consumer.storeOffsets([{ topic: at.topic, partition: at.partition, offset: at.durable }]);
        at.stored = at.durable;
      } catch (error) {
        this.#refusals += 1;
        log.debug(`The offset of ${partitionKey(at)} was not taken: ${messageOf(error)}.`);
      }
    }
    const open = all.filter((at) => at.committed < at.stored);
    if (open.length === 0) return;
    try {
      if (this.#options.commits === 'as-member') consumer.commit();
      else
        consumer.commitDirectly(
          open.map(({ topic, partition, stored }) => ({ topic, partition, offset: stored })),
        );
      this.#commitSentMs = performance.now();
    } catch (error) {
      log.debug(`A commit could not be sent: ${messageOf(error)}; it is tried again.`);
    }
  }

  #confirm(error: BrokerError | null, offsets: readonly PartitionOffset[]): void {
    const { partitions, log } = this.#options;
    if (error === null) {
      this.#commitSaidMs.clear();
      this.#options.telemetry?.took('commit', performance.now() - this.#commitSentMs);
      for (const offset of offsets) {
        const at = partitions.get(partitionKey(offset));
        if (at !== undefined) this.#raiseCommitted(at, Math.min(offset.offset, at.stored));
      }
    } else if (this.#isMoveOfGroup(error)) {
      log.debug(`A commit crossed a move of the group: ${error.message}; it is tried again.`);
    } else if (NOT_OURS.has(error.code)) {
      this.#refusals += 1;
      log.debug(`A commit came too late, the partitions are another member's: ${error.message}.`);
      this.#options.onRefused();
    } else if (error.code !== ERR_NO_OFFSET) {
      this.#sayFailed(error);
    }
    this.#announce();
  }

  /**
   * Nothing is lost by it. With a cooperative assignor partitions stay ours while the group divides anew, and the broker, which answers one request after the
   * other, looks at a commit from that time only when the next generation is there. Where that one has taken them, librdkafka says so at the next try.
   */
  #isMoveOfGroup({ code }: BrokerError): boolean {
    return MOVED_ON.has(code) || (code === ERR_ILLEGAL_GENERATION && this.#options.consumer.cooperative);
  }

  /** While a broker is down, a commit fails every second. */
  #sayFailed({ code, message }: BrokerError): void {
    const nowMs = performance.now();
    if (nowMs - (this.#commitSaidMs.get(code) ?? -Infinity) < SAY_AGAIN_MS) return;
    this.#commitSaidMs.set(code, nowMs);
    this.#options.log.warn(`A commit failed: ${message}; it is tried again every second.`);
  }

  #announce(): void {
    this.#events.emit('change');
  }

  async #nextChange(deadlineMs: number): Promise<void> {
    const waitMs = Math.ceil(Math.max(1, Math.min(deadlineMs - performance.now(), COMMIT_INTERVAL_MS)));
    const changed = await once(this.#events, 'change', { signal: AbortSignal.timeout(waitMs) }).catch(
      () => null,
    );
    // Nothing was heard for so long: perhaps the commit got lost on the way.
    if (changed === null) this.#commit();
  }
}
