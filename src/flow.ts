import { once } from 'node:events';
import { askEnd } from './ask-end.ts';
import { BatchMemory } from './batch/batch-memory.ts';
import { Intake } from './batch/intake.ts';
import { IntoPool } from './batch/into-pool.ts';
import { Reader } from './batch/read.ts';
import { type Beginning, nothingKnown } from './beginning.ts';
import { Assignment } from './broker/assignment.ts';
import type { AlertConsumer } from './broker/consumer.ts';
import type { FindKept, FindSavedOtherwise } from './broker/start-position.ts';
import type { SchemaRegistry } from './broker/schema-registry.ts';
import { TroubleWatch } from './broker/trouble.ts';
import { Committer } from './commit/committer.ts';
import type { Durability } from './commit/durability.ts';
import { type PartitionProgress, partitionKey } from './commit/partition-progress.ts';
import { commitsOf, groupInUse } from './commits.ts';
import type { Config } from './config.ts';
import { Drain } from './drain.ts';
import { ClientError } from './errors.ts';
import { Gaps } from './gaps.ts';
import type { Journal } from './journal/journal.ts';
import { Lease } from './lease.ts';
import type { Log } from './log.ts';
import { Membership, termsOf } from './membership.ts';
import { StandardOutput } from './pipe/standard-output.ts';
import type { WorkerSettings } from './pool/messages.ts';
import { Pool } from './pool/pool.ts';
import { Reread } from './reread.ts';
import { Returns } from './returns.ts';
import { SecondLook } from './second-look.ts';
import { MAX_RANGE_FILES } from './segment/layout.ts';
import { type SegmentForm, Segments } from './segment/segments.ts';
import { cutTopic, setBackText } from './set-back.ts';
import { Settlement } from './settlement.ts';
import { Start } from './start.ts';
import { Ending } from './stop/ending.ts';
import { FailureLimit } from './stop/failure-limit.ts';
import { Limit } from './stop/limit.ts';
import { StallWatch } from './stop/stall.ts';
import type { ReadingEnd } from './stop/until-end.ts';
import type { Running, Telemetry } from './telemetry/telemetry.ts';

const TICK_MS = 1_000;
/** At the end the broker is given this long to take the last commit, before that is the way out's business. */
const LAST_COMMIT_MS = 3_000;
/** librdkafka is given this long to leave the group; after that the process ends anyway. */
const DISCONNECT_MS = 5_000;

/** What a {@link Flow} is made of. */
export interface FlowParts {
  readonly config: Config;
  readonly log: Log;
  readonly consumer: AlertConsumer;
  readonly durability: Durability;
  /** null: no output folder. */
  readonly journal: Journal | null;
  readonly registry: SchemaRegistry;
  readonly workerSettings: Omit<WorkerSettings, 'workerIndex' | 'deadThreads'>;
  /** How segments are written; null: one file an alert, or nothing. */
  readonly segments: SegmentForm | null;
  readonly telemetry: Telemetry;
  /** What the folder holds with another --output. */
  readonly savedOtherwise: FindSavedOtherwise;
  /** What it has of offsets that expired; null: nobody knows. */
  readonly kept: FindKept | null;
  /** Alerts go to standard output. */
  readonly toPipe: boolean;
}

/**
 * The stages at work: read → batch → pool → commit, and what happens when one of them says no.
 *
 * It ends in one way whatever the cause: nothing new is begun, what is under way is brought to its end within a
 * deadline, what is finished is committed, the partitions are given back.
 */
export class Flow {
  readonly #parts: FlowParts;
  readonly #ending: Ending;
  readonly #pool: Pool;
  readonly #reader: Reader;
  readonly #assignment: Assignment;
  readonly #intake: Intake;
  readonly #committer: Committer;
  readonly #settlement: Settlement;
  readonly #drain: Drain;
  /** Whether files get no names for now; segments need none. */
  readonly #holdsNames: () => boolean;
  readonly #reread: Reread;
  readonly #gaps: Gaps;
  readonly #returns: Returns;
  readonly #stalls: StallWatch;
  readonly #segments: Segments | null;
  /** Puts what workers encoded into offset order; null: they write files themselves. */
  readonly #collector: Segments | StandardOutput | null;
  #beginning: Beginning = nothingKnown;
  #isCommittingEnd = false;

  constructor(parts: FlowParts) {
    const { config, log, consumer, durability, journal, registry, telemetry, workerSettings } = parts;
    this.#parts = parts;
    const limit = new Limit(config.stop.limit, () => this.#assignment.partitions.values());
    const memory = new BatchMemory(config.read.maxInFlightBytes);
    const ending = new Ending(limit);
    this.#ending = ending;
    const fail = (error: ClientError): void => {
      ending.fail(error);
    };
    const segments = parts.segments === null ? null : this.#createSegments(parts.segments);
    this.#segments = segments;
    const collector = parts.toPipe ? this.#createPipe() : segments;
    this.#collector = collector;
    const gaps = new Gaps({
      ...{ config, log, consumer, segments, fail },
      onLost: (offsets) => {
        telemetry.lostOffsets += offsets;
      },
    });
    this.#gaps = gaps;
    const start = new Start({
      ...{ config, log, consumer, segments, journal, gaps, fail },
      saved: async (at) => (await segments?.recover(at)) ?? null,
      savedOtherwise: parts.savedOtherwise,
      kept: parts.kept,
      isNew: (at) => this.#beginning.isNew(at),
      given: () => this.#beginning.given,
      endOf: (at) => this.#beginning.end?.leastEndOf(at) ?? null,
      readsAgain: (at, end) => {
        limit.readsAgain(at, end);
      },
    });
    const trouble = new TroubleWatch(log, fail);
    consumer.onTrouble = (text, code) => {
      trouble.heard(text, code);
    };
    const lease = new Lease();
    const membership = new Membership(lease, termsOf(config), (stoodStillMs) => {
      if (journal === null) return;
      log.warn(
        `This process stood still for ${Math.round(stoodStillMs / 1_000)} s; no file gets its name until it is clear whether the group has given its partitions to another.`,
      );
    });
    const pool = new Pool(workerSettings, config.pool.workers, memory, lease, {
      done: (work, report) => {
        this.#settlement.settle(work, report);
      },
      chunk: (work, chunk) => {
        this.#settlement.takeOver(work, chunk);
      },
      returned: (work, report) => {
        this.#settlement.settle(work, report);
      },
      log: (level, text, fields) => {
        log[level](fields, text);
      },
      glimpses: (glimpses) => {
        telemetry.glimpses?.seen(glimpses);
      },
      failed: fail,
    });
    this.#pool = pool;
    const assignment = new Assignment({
      ...{ consumer, log, fail },
      startPositions: (partitions) => start.positions(partitions),
      drain: async (partitions) => {
        await this.#drain.surrender(partitions);
        for (const at of partitions) telemetry.givenUp(at, at.committed);
      },
      betweenReads: (action) => this.#reader.betweenReads(action),
      onAssigned: (gained) => {
        for (const at of gained) collector?.begin(at, at.behind);
        this.#reader.partitionsAdded(gained);
        this.#committer.finished();
        ending.changed();
      },
    });
    this.#assignment = assignment;
    const reader: Reader = new Reader({
      ...{ consumer, log },
      read: config.read,
      bytesInFlight: () => this.#bytesInFlight(),
      active: () => assignment.active(),
      onMessages: (at, messages) => {
        trouble.allWell();
        this.#intake.take(at, messages);
      },
      onEnd: (end) => {
        this.#intake.takeEnd(end);
      },
      oneByOne: () => secondLook.underWay,
      onPolled: () => {
        // Partitions that were taken by hand nobody takes away.
        if (this.#beginning.byHand === null) membership.polled(assignment.partitions.size > 0);
      },
      onRead: (tookMs) => {
        telemetry.took('read', tookMs);
      },
      onBrokerError: ({ code, message }) => {
        if (!secondLook.heard(code)) trouble.heard(message, code);
      },
      onFailure: fail,
    });
    this.#reader = reader;
    const secondLook: SecondLook = new SecondLook({ log, consumer, assignment, reader });
    const intoPool = new IntoPool({
      ...{ pool, limit, memory },
      keepTombstones: workerSettings.form.kind === 'raw',
      cutAt: (at, messages) => collector?.of(at)?.cutAt(messages) ?? null,
      onBegun: (work, at) => {
        this.#settlement.begun(work, at);
      },
    });
    this.#intake = new Intake({
      progressOf: (at) => assignment.get(at),
      endOf: (at, messages) => this.#beginning.end?.endOf(at, messages) ?? null,
      submit: (at, messages) => {
        intoPool.submit(at, messages);
      },
      onOtherTopic: (at) => {
        fail(otherTopic(at));
      },
      onCut: (at) => {
        fail(cutTopic(at));
      },
      onSetBack: (at, offset) => {
        log.warn(setBackText(at, offset));
      },
      onPassed: (at, ranges) => {
        gaps.passed(at, ranges);
      },
      believes: (at, next) => secondLook.believes(at, next),
      onMoved: () => {
        this.#committer.finished();
        this.#moved();
      },
    });
    const committer = new Committer({
      ...{ consumer, durability, journal, log, telemetry },
      partitions: assignment.partitions,
      commits: commitsOf(config),
      onConfirmed: (at) => {
        this.#beginning.given.usedUp(at);
      },
      onRefused: () => {
        if (this.#beginning.byHand !== null) fail(groupInUse(config.broker.group));
      },
      closeSegments:
        collector === null
          ? null
          : (partitions) => {
              collector.close(partitions);
            },
      onSyncFailed: (error, inARow) =>
        void this.#reread.syncFailed(error, inARow).then(() => {
          ending.changed();
        }),
    });
    this.#committer = committer;
    const { onUnknownSchema } = config.errors;
    const returns = new Returns({
      ...{ log, registry, pool, limit, reader, onUnknownSchema, fail },
      outputDir: config.output.dir ?? '',
      onWantedBack: (at) =>
        void this.#reread.wantedBack(at).then(() => {
          ending.changed();
        }),
    });
    this.#returns = returns;
    const settlement = new Settlement({
      ...{ log, telemetry, pool, limit, memory, journal, collector, committer, returns, ending },
      failures: new FailureLimit(config.errors.maxErrors),
      onSettled: () => {
        this.#moved();
      },
    });
    this.#settlement = settlement;
    const { shutdownTimeoutMs, stallTimeoutMs } = config.stop;
    this.#stalls = new StallWatch(stallTimeoutMs);
    const holdsNames = (): boolean => journal !== null && membership.isInDoubt;
    this.#holdsNames = holdsNames;
    this.#drain = new Drain({
      log,
      shutdownTimeoutMs,
      assignment,
      committer,
      settlement,
      collector,
      ending,
      holdsNames,
    });
    this.#reread = new Reread({
      ...{ log, consumer, assignment, reader, returns, segments, collector, stallTimeoutMs, fail },
      cancelAll: (at) => settlement.cancelAll(at),
      takeBack: (at, from) => {
        settlement.takeBack(at, from);
      },
      isOver: () => ending.isOver,
    });
    telemetry.watch(this.#watched());
  }

  /** What telemetry looks at. */
  #watched(): Running {
    const assignment = this.#assignment;
    return {
      partitions: assignment.partitions,
      isAssigned: () => assignment.isAnswered,
      commits: commitsOf(this.#parts.config) !== 'never',
      bytesInFlight: () => this.#bytesInFlight(),
      workerUse: () => this.#pool.takeUse(),
      endOf: (at) => this.#parts.consumer.knownEnd(at),
      goalOf: (at) => this.#beginning.end?.endOf(at) ?? null,
      isAlive: (withinMs) => this.isAlive(withinMs),
    };
  }

  #bytesInFlight(): number {
    const inPool = this.#pool.bytesInFlight - this.#returns.bytesLeftBehind;
    return inPool + (this.#collector?.bytesWaiting ?? 0);
  }

  /** Whether reading has gone round within this time; that the event loop turns is shown by the asking. */
  isAlive(withinMs: number): boolean {
    return performance.now() - this.#reader.polledAtMs < withinMs;
  }

  /**
   * Reads these topics until the signal, the limit or the end.
   *
   * @param begin looks at what is there, before anything is read; null: it was over before.
   * @param onBegun is told when it begins to read.
   * @throws ClientError what ended it before.
   */
  async run(
    topics: readonly string[],
    stop: AbortSignal,
    begin: (isOver: () => boolean) => Promise<Beginning | null>,
    onBegun: () => void,
  ): Promise<void> {
    const onStop = (): void => {
      this.#ending.finish();
    };
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    const ticks = setInterval(() => void this.#tick(), TICK_MS);
    let reading = Promise.resolve();
    try {
      await this.#poolStarted();
      const beginning = await begin(() => this.#ending.isOver);
      if (beginning !== null) {
        onBegun();
        this.#beginning = beginning;
        const { byHand } = beginning;
        if (byHand === null) this.#parts.consumer.subscribe(topics);
        else this.#assignment.takeByHand(byHand);
        reading = this.#reader.run();
      }
      while (!this.#ending.isOver) await this.#ending.next();
      this.#assignment.close();
      this.#intake.close();
      await this.#drain.shutDown(stop);
    } finally {
      clearInterval(ticks);
      stop.removeEventListener('abort', onStop);
      this.#reader.stop();
      await reading;
      await this.#leave();
    }
    this.#throwFailure();
  }

  /** @throws ClientError when a worker cannot start: better now than with alerts in hand. */
  async #poolStarted(): Promise<void> {
    const pool = { started: false };
    void this.#pool.started().then(() => {
      pool.started = true;
      this.#ending.changed();
    });
    while (!pool.started && this.#ending.failure === null) await this.#ending.next();
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#ending.failure !== null) throw this.#ending.failure;
  }

  /** Something has come to its end; perhaps all has. */
  #moved(): void {
    void this.#checkEnd();
    this.#ending.changed();
  }

  async #leave(): Promise<void> {
    const { consumer } = this.#parts;
    this.#committer.close();
    const { partitions } = this.#assignment;
    for (const at of partitions.values()) void this.#collector?.abandon(at);
    this.#assignment.release();
    this.#parts.telemetry.watch(null);
    const deadline = AbortSignal.timeout(DISCONNECT_MS);
    await Promise.race([consumer.disconnect(), once(deadline, 'abort')]);
    await this.#pool.stop();
  }

  async #tick(): Promise<void> {
    const partitions = [...this.#assignment.partitions.values()];
    for (const at of partitions) this.#settlement.catchUp(at);
    const stall = this.#stalls.look(partitions, this.#segments, performance.now(), this.#holdsNames());
    if (stall !== null) this.#ending.fail(stall);
    // What was waited for may have come to its end without a batch, or have gone to another.
    this.#returns.retryLimited();
    this.#ending.changed();
    await this.#checkEnd();
  }

  /** Asked whenever something of ours has come to its end, and every second for the sake of what others do. */
  async #checkEnd(): Promise<void> {
    if (this.#ending.isOver) return;
    const { consumer, log } = this.#parts;
    const assignment = this.#assignment;
    const { partitions } = assignment;
    const around = { beginning: this.#beginning, assignment, gaps: this.#gaps, log };
    const isReached = await askEnd(around, async (end) => {
      if (!(await end.isOwnReached(consumer, partitions))) return false;
      // Open segments too: other members may wait for what we commit, as we do for them.
      return (await this.#commitEnd(end)) && (await end.isReached(consumer, partitions));
    });
    if (isReached) this.#ending.finish();
  }

  /**
   * Commits what there is at the end, while this is still a member like others: one whose session has just ended cannot commit, but it
   * joins again, and on its way out it could not. What segments hold takes its time to be written; on the way out nothing that fails is tried again.
   *
   * @returns whether nothing speaks against leaving now.
   */
  async #commitEnd(end: ReadingEnd): Promise<boolean> {
    if (this.#isCommittingEnd) return false;
    this.#isCommittingEnd = true;
    try {
      const own = [...this.#assignment.partitions.values()];
      const answer = await this.#committer.flush(own, performance.now() + LAST_COMMIT_MS);
      const isWritten = own.every((at) => at.durable >= (end.endOf(at) ?? 0));
      return answer !== 'lost' && isWritten && own.every((at) => this.#assignment.get(at) === at);
    } finally {
      this.#isCommittingEnd = false;
    }
  }

  #createSegments(form: SegmentForm): Segments {
    return new Segments({
      ...form,
      onPublished: (at, next, last) => {
        this.#reread.published(at);
        this.#parts.telemetry.published(at, last, this.#segments?.of(at)?.publishingForMs ?? 0);
        this.#committer.published(at, next);
        this.#ending.changed();
      },
      onLost: (at, error) =>
        void this.#reread.segmentLost(at, error).then(() => {
          this.#ending.changed();
        }),
      onTrouble: (at, error) => {
        this.#returns.fileTrouble(at, error);
      },
      onManyFiles: (at) => {
        this.#parts.log.warn(
          `--path gives the alerts of ${partitionKey(at)} more than ${MAX_RANGE_FILES} files at a time, so segments are closed before they are full. A template with fewer values makes larger files.`,
        );
      },
    });
  }

  #createPipe(): StandardOutput {
    return new StandardOutput({
      onTaken: (at, next) => {
        this.#committer.published(at, next);
        this.#ending.changed();
      },
      onClosed: (error) => {
        if (error === null) this.#parts.log.info('Standard output was closed: whoever read it has enough.');
        else
          this.#ending.fail(
            new ClientError('OUTPUT', `Standard output cannot be written to: ${error.message}.`),
          );
        this.#ending.closePipe();
      },
    });
  }
}

/** The topic is not the one that was saved. */
function otherTopic(at: PartitionProgress): ClientError {
  return new ClientError(
    'TOPIC_RECREATED',
    `${partitionKey(at)} is not the topic that the output folder holds: the message before offset ${at.finished} is another one. The topic was deleted and made again; give another --output-dir.`,
  );
}
