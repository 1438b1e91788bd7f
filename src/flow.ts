import { EventEmitter, once } from 'node:events';
import { Intake } from './batch/intake.ts';
import { Reader } from './batch/read.ts';
import { type Beginning, nothingKnown } from './beginning.ts';
import { Assignment } from './broker/assignment.ts';
import type { AlertConsumer } from './broker/consumer.ts';
import type { SchemaRegistry } from './broker/schema-registry.ts';
import { TroubleWatch } from './broker/trouble.ts';
import { Committer } from './commit/committer.ts';
import type { Durability } from './commit/durability.ts';
import { type PartitionProgress, partitionKey } from './commit/partition-progress.ts';
import type { Config } from './config.ts';
import { ClientError, messageOf } from './errors.ts';
import type { Journal } from './journal/journal.ts';
import { noteFinished } from './journal/note-finished.ts';
import type { Log } from './log.ts';
import type { BatchReport, SegmentChunk, WorkerSettings } from './pool/messages.ts';
import { Pool } from './pool/pool.ts';
import type { Work } from './pool/work.ts';
import { Reread } from './reread.ts';
import { Returns } from './returns.ts';
import { SecondLook } from './second-look.ts';
import { MAX_RANGE_FILES } from './segment/layout.ts';
import { type SegmentForm, Segments } from './segment/segments.ts';
import { StandardOutput } from './pipe/standard-output.ts';
import { Start } from './start.ts';
import { FailureLimit } from './stop/failure-limit.ts';
import { Limit } from './stop/limit.ts';
import { findHungDisk, findStall } from './stop/stall.ts';
import type { Running, Telemetry } from './telemetry/telemetry.ts';

const TICK_MS = 1_000;
/** librdkafka is given this long to leave the group; after that the process ends anyway. */
const DISCONNECT_MS = 5_000;
/** How long a revoke waits for the commit of what is finished, before what is under way is waited for. */
const COMMIT_FIRST_MS = 3_000;

/** A batch that was given up tells nothing more. */
const NOTHING_REPORTED: BatchReport = {
  unfinished: { why: 'cancelled' },
  failures: [],
  lines: [],
  savedBytes: 0,
  filteredAlerts: 0,
  times: null,
};

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
  readonly #events = new EventEmitter();
  readonly #owners = new Map<Work, PartitionProgress>();
  readonly #pool: Pool;
  readonly #limit: Limit;
  readonly #failures: FailureLimit;
  readonly #returns: Returns;
  readonly #trouble: TroubleWatch;
  readonly #committer: Committer;
  readonly #reader: Reader;
  readonly #assignment: Assignment;
  readonly #intake: Intake;
  readonly #segments: Segments | null;
  /** Puts what workers encoded into offset order; null: they write files themselves. */
  readonly #collector: Segments | StandardOutput | null;
  readonly #start: Start;
  readonly #reread: Reread;
  readonly #secondLook: SecondLook;
  #beginning: Beginning = nothingKnown;
  #failure: ClientError | null = null;
  #finished = false;
  #pipeClosed = false;

  constructor(parts: FlowParts) {
    const { config, log, consumer, durability, journal, registry, telemetry, workerSettings } = parts;
    const segments = parts.segments === null ? null : this.#createSegments(parts.segments);
    this.#segments = segments;
    const collector = parts.toPipe ? this.#createPipe() : segments;
    this.#collector = collector;
    this.#parts = parts;
    this.#limit = new Limit(config.stop.limit);
    this.#failures = new FailureLimit(config.errors.maxErrors);
    this.#start = new Start({
      config,
      log,
      consumer,
      segments,
      journal,
      isNew: (at) => this.#beginning.isNew(at),
      given: () => this.#beginning.given,
      endOf: (at) => this.#beginning.end?.leastEndOf(at) ?? null,
      onLost: (offsets) => {
        parts.telemetry.lostOffsets += offsets;
      },
      fail: (error) => {
        this.#fail(error);
      },
    });
    this.#trouble = new TroubleWatch(log, (error) => {
      this.#fail(error);
    });
    consumer.onTrouble = (text, code) => {
      this.#trouble.heard(text, code);
    };
    this.#pool = new Pool(workerSettings, config.pool.workers, {
      done: (work, report) => {
        this.#settle(work, report);
      },
      chunk: (work, chunk) => {
        this.#takeOver(work, chunk);
      },
      returned: (work, report) => {
        this.#settle(work, report);
      },
      log: (level, text, fields) => {
        log[level](fields, text);
      },
      failed: (error) => {
        this.#fail(error);
      },
    });
    this.#assignment = new Assignment({
      consumer,
      log,
      startPositions: (partitions) => this.#start.positions(partitions),
      drain: (partitions) => this.#surrender(partitions),
      betweenReads: (action) => this.#reader.betweenReads(action),
      onAssigned: (gained) => {
        for (const at of gained) collector?.begin(at, at.behind);
        this.#reader.partitionsAdded(gained);
        this.#committer.finished();
        this.#changed();
      },
    });
    this.#reader = new Reader({
      consumer,
      log,
      limits: {
        maxMessages: config.read.batchSize,
        maxBytes: config.read.batchBytes,
        timeoutMs: config.read.batchTimeoutMs,
      },
      maxInFlightBytes: config.read.maxInFlightBytes,
      bytesInFlight: () => this.#bytesInFlight(),
      active: () => this.#assignment.active(),
      onMessages: (at, messages) => {
        this.#trouble.allWell();
        this.#intake.take(at, messages);
      },
      onEnd: (end) => {
        this.#intake.takeEnd(end);
      },
      oneByOne: () => this.#secondLook.underWay,
      onRead: (tookMs) => {
        telemetry.took('read', tookMs);
      },
      onBrokerError: ({ code, message }) => {
        if (!this.#secondLook.heard(code)) this.#trouble.heard(message, code);
      },
    });
    this.#intake = new Intake({
      pool: this.#pool,
      limit: this.#limit,
      progressOf: (at) => this.#assignment.get(at),
      endOf: (at, messages) => this.#beginning.end?.endOf(at, messages) ?? null,
      onBegun: (work, at) => {
        this.#owners.set(work, at);
        collector?.of(at)?.begin(work);
        telemetry.begun(work, at);
      },
      cutAt: (at, messages) => collector?.of(at)?.cutAt(messages) ?? null,
      keepTombstones: workerSettings.output?.form.kind === 'raw',
      onOtherTopic: (at) => {
        this.#fail(otherTopic(at));
      },
      onJump: (at, from) => void this.#start.checkJump(at, from),
      believes: (at, next) => this.#secondLook.believes(at, next),
      onMoved: () => {
        this.#committer.finished();
        void this.#checkEnd();
        this.#changed();
      },
    });
    this.#committer = new Committer({
      consumer,
      durability,
      journal,
      partitions: this.#assignment.partitions,
      log,
      telemetry,
      commits: commitsOf(config),
      onRefused: () => {
        if (this.#beginning.byHand !== null) this.#fail(groupInUse(config.broker.group));
      },
      closeSegments:
        collector === null
          ? null
          : (partitions) => {
              collector.close(partitions);
            },
      onSyncFailed: (error, inARow) =>
        void this.#reread.syncFailed(error, inARow).then(() => {
          this.#changed();
        }),
    });
    this.#returns = new Returns({
      log,
      registry,
      pool: this.#pool,
      limit: this.#limit,
      reader: this.#reader,
      onUnknownSchema: config.errors.onUnknownSchema,
      fail: (error) => {
        this.#fail(error);
      },
    });
    const assignment = this.#assignment;
    const reader = this.#reader;
    telemetry.watch(this.#watched());
    this.#secondLook = new SecondLook({ log, consumer, assignment, reader });
    this.#reread = new Reread({
      log,
      consumer,
      assignment,
      reader,
      returns: this.#returns,
      segments,
      stallTimeoutMs: config.stop.stallTimeoutMs,
      cancelAll: (at) => this.#cancelAll(at),
      takeBack: (at, from) => {
        this.#takeBack(at, from);
      },
      isOver: () => this.#isOver(),
      fail: (error) => {
        this.#fail(error);
      },
    });
  }

  /** What telemetry looks at. */
  #watched(): Running {
    const assignment = this.#assignment;
    return {
      partitions: assignment.partitions,
      isAssigned: () => assignment.isAnswered,
      bytesInFlight: () => this.#bytesInFlight(),
      workerUse: () => this.#pool.takeUse(),
      endOf: (at) => this.#parts.consumer.knownEnd(at),
      goalOf: (at) => this.#beginning.end?.endOf(at) ?? null,
      isAlive: (withinMs) => this.isAlive(withinMs),
    };
  }

  #bytesInFlight(): number {
    return this.#pool.bytesInFlight + (this.#collector?.bytesWaiting ?? 0);
  }

  /** Whether reading has gone round within this time; that the event loop turns is shown by the asking. */
  isAlive(withinMs: number): boolean {
    return performance.now() - this.#reader.polledAtMs < withinMs;
  }

  /**
   * Reads these topics until the signal, the limit or the end.
   *
   * @param begin looks at what is there, before anything is read.
   * @throws ClientError what ended it before.
   */
  async run(topics: readonly string[], stop: AbortSignal, begin: () => Promise<Beginning>): Promise<void> {
    const onStop = (): void => {
      this.#finish();
    };
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    const ticks = setInterval(() => void this.#tick(), TICK_MS);
    let reading = Promise.resolve();
    try {
      await this.#poolStarted();
      this.#beginning = await begin();
      const { byHand } = this.#beginning;
      if (byHand === null) this.#parts.consumer.subscribe(topics);
      else this.#assignment.takeByHand(byHand);
      reading = this.#reader.run();
      while (!this.#isOver()) await once(this.#events, 'change');
      await this.#shutDown();
    } finally {
      clearInterval(ticks);
      stop.removeEventListener('abort', onStop);
      this.#reader.stop();
      await reading;
      await this.#leave();
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** @throws ClientError when a worker cannot start: better now than with alerts in hand. */
  async #poolStarted(): Promise<void> {
    const pool = { started: false };
    void this.#pool.started().then(() => {
      pool.started = true;
      this.#changed();
    });
    while (!pool.started && this.#failure === null) await once(this.#events, 'change');
    if (this.#failure !== null) throw this.#failure;
  }

  #isOver(): boolean {
    return this.#finished || this.#failure !== null || this.#limit.reached;
  }

  #finish(): void {
    this.#finished = true;
    this.#changed();
  }

  #fail(error: ClientError): void {
    this.#failure ??= error;
    this.#changed();
  }

  #changed(): void {
    this.#events.emit('change');
  }

  /** What a worker brought back: the finished part counts, the rest goes on or waits. */
  #settle(work: Work, report: BatchReport): void {
    const at = this.#owners.get(work);
    const range = at?.works.get(work);
    if (at === undefined || range === undefined) return;
    const before = at.finished;
    const count = work.view.batch.count;
    const noted = this.#note(at, work);
    at.watermark.finish(range, noted === count ? range.next : work.view.offset(noted));
    if (at.finished > before) at.movedAtMs = performance.now();
    const from = work.counted;
    this.#limit.settle(work.budget, this.#countSaved(at, work, report));
    work.budget = 0;
    this.#judge(work, from, report);
    this.#tell(work, report);
    if (report.unfinished === null) {
      this.#collector?.of(at)?.done(work);
      at.works.delete(work);
      this.#owners.delete(work);
      at.waitingFor = null;
    } else if (at.leaving || at.rewinding || this.#isOver()) {
      void this.#cancelFrom(at, work);
    } else {
      this.#returns.take(at, work, report.unfinished);
    }
    this.#returns.retryLimited();
    this.#committer.finished();
    void this.#checkEnd();
    this.#changed();
  }

  #countSaved(at: PartitionProgress, work: Work, report: BatchReport): number {
    at.saved.settle(at.durable);
    return this.#parts.telemetry.finished(work, report, at.saved);
  }

  /** Alerts of offsets from one on were thrown away: others will be saved, or the same again. */
  #takeBack(at: PartitionProgress, from: number): void {
    const saved = at.saved.takeBack(from);
    this.#parts.telemetry.of(at).takenBackAlerts += saved;
    this.#limit.takeBack(saved);
  }

  #judge(work: Work, from: number, report: BatchReport): void {
    const failures = new Map(report.failures.map((failure) => [failure.offset, failure]));
    for (let index = from; index < work.counted; index++) {
      const failure = failures.get(work.view.offset(index));
      const error = this.#failures.count(failure?.code ?? null, failure?.text);
      if (error !== null) this.#fail(error);
    }
  }

  #tell(work: Work, report: BatchReport): void {
    const { log } = this.#parts;
    for (const line of report.lines) log.info(line);
    const [first] = report.failures;
    if (first === undefined) return;
    const { topic, partition } = work.view.batch;
    const many = report.failures.length === 1 ? 'A message' : `${report.failures.length} messages, the first`;
    const where = first.deadLetter === null ? 'skipped' : `kept as ${first.deadLetter}`;
    log.warn(
      { topic, partition, offsets: report.failures.map(({ offset }) => offset), code: first.code },
      `${many} of ${topic}/${partition} at offset ${first.offset} could not be saved: ${first.text} (${first.code}); ${where}.`,
    );
    log.debug(first.stack ?? '');
  }

  /** Partitions are asked for, or gone already: then every moment that we go on with them is the new owner's trouble. */
  async #surrender(partitions: readonly PartitionProgress[]): Promise<void> {
    const nowMs = performance.now();
    const answer = await this.#committer.flush(partitions, nowMs + COMMIT_FIRST_MS);
    await this.#drain(
      partitions,
      answer === 'lost' ? nowMs : nowMs + this.#parts.config.stop.shutdownTimeoutMs,
    );
    for (const at of partitions) {
      if (this.#collector !== null) this.#takeBack(at, at.durable);
      void this.#collector?.abandon(at);
    }
  }

  /**
   * Brings the partitions' work to its end and commits it. Batches that wait for something outside are given up: their offsets are not
   * finished, so they come again.
   *
   * @returns whether everything that was finished is committed.
   */
  async #drain(partitions: readonly PartitionProgress[], deadlineMs: number): Promise<boolean> {
    for (const at of partitions) {
      at.leaving = true;
      const waiting = [...at.works.keys()].find((work) => work.state === 'returned');
      if (waiting !== undefined) await this.#cancelFrom(at, waiting);
    }
    let drained = true;
    while (partitions.some((at) => at.works.size > 0)) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) {
        drained = false;
        break;
      }
      await once(this.#events, 'change', { signal: AbortSignal.timeout(Math.ceil(leftMs)) }).catch(
        () => undefined,
      );
    }
    for (const at of partitions) await this.#cancelAll(at);
    // What is finished deserves its commit, even when the deadline has just passed.
    const committed = await this.#committer.flush(
      partitions,
      Math.max(deadlineMs, performance.now() + 1_000),
    );
    return drained && committed === 'confirmed';
  }

  /** What of a batch that is still under way is finished already: it stands in the shared memory. */
  #catchUp(at: PartitionProgress): void {
    const [first] = at.works;
    if (first === undefined) return;
    const [work, range] = first;
    const noted = this.#note(at, work);
    const before = at.finished;
    if (noted < work.view.batch.count) at.watermark.finish(range, work.view.offset(noted));
    if (at.finished === before) return;
    at.movedAtMs = performance.now();
    this.#committer.finished();
  }

  /** Notes what is finished of a batch for the journal. @returns the first message that is not, which holds the watermark. */
  #note(at: PartitionProgress, work: Work): number {
    if (this.#parts.journal === null) return work.view.firstPending();
    return noteFinished(work, at.notes);
  }

  /** Gives up a batch and all behind it. */
  async #cancelFrom(at: PartitionProgress, first: Work): Promise<void> {
    const works = [...at.works.keys()];
    for (const work of works.slice(works.indexOf(first)).reverse()) {
      await this.#pool.cancel(work);
      this.#collector?.of(at)?.cancel(work);
      // What it had finished by then stays finished, and what was still allowed to it others may save.
      this.#catchUp(at);
      this.#limit.settle(work.budget, this.#countSaved(at, work, NOTHING_REPORTED));
      work.budget = 0;
      at.works.delete(work);
      this.#owners.delete(work);
    }
    this.#changed();
  }

  async #cancelAll(at: PartitionProgress): Promise<void> {
    const [first] = at.works.keys();
    if (first !== undefined) await this.#cancelFrom(at, first);
  }

  async #shutDown(): Promise<void> {
    const { config, log } = this.#parts;
    this.#assignment.close();
    this.#intake.close();
    const partitions = [...this.#assignment.partitions.values()];
    if (this.#limit.reached || this.#pipeClosed) {
      for (const at of partitions) await this.#cancelAll(at);
    }
    // What nobody takes any more is not finished: it stays uncommitted.
    if (this.#pipeClosed) {
      for (const at of partitions) {
        this.#takeBack(at, at.durable);
        at.rewind();
      }
    }
    const complete = await this.#drain(partitions, performance.now() + config.stop.shutdownTimeoutMs);
    if (!complete) {
      const open = partitions
        .filter((at) => at.committed < at.watermark.position)
        .map((at) => `${partitionKey(at)} ${Math.max(0, at.committed)}–${at.watermark.position - 1}`);
      const text = `Not everything could be brought to its end within ${config.stop.shutdownTimeoutMs / 1000} s (--shutdown-timeout). Not committed, so they come again: ${open.join(', ')}.`;
      if (this.#failure === null) this.#fail(new ClientError('SHUTDOWN_TIMEOUT', text));
      else log.warn(text);
    }
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
    const { config } = this.#parts;
    const { partitions } = this.#assignment;
    for (const at of partitions.values()) this.#catchUp(at);
    const { stallTimeoutMs } = config.stop;
    const stall =
      findStall(partitions.values(), performance.now(), stallTimeoutMs) ??
      findHungDisk(partitions.values(), this.#segments, stallTimeoutMs);
    if (stall !== null) this.#fail(stall);
    await this.#checkEnd();
  }

  /** Asked whenever something of ours has come to its end, and every second for the sake of what others do. */
  async #checkEnd(): Promise<void> {
    const { consumer, log } = this.#parts;
    const { partitions } = this.#assignment;
    if (this.#isOver()) return;
    try {
      if ((await this.#beginning.end?.isReached(consumer, partitions)) === true) this.#finish();
    } catch (error) {
      log.debug(`Whether the end is reached could not be asked: ${messageOf(error)}.`);
    }
  }

  #createSegments(form: SegmentForm): Segments {
    return new Segments({
      ...form,
      onPublished: (at, next) => {
        this.#reread.published();
        this.#parts.telemetry.published(at, this.#segments?.of(at)?.publishingForMs ?? 0);
        this.#committer.published(at, next);
        this.#changed();
      },
      onLost: (at, error) =>
        void this.#reread.segmentLost(at, error).then(() => {
          this.#changed();
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
        this.#changed();
      },
      onClosed: (error) => {
        this.#pipeClosed = true;
        if (error === null) this.#parts.log.info('Standard output was closed: whoever read it has enough.');
        else this.#fail(new ClientError('OUTPUT', `Standard output cannot be written to: ${error.message}.`));
        this.#finish();
      },
    });
  }

  /** A part of a batch: it goes into the partition's open segment, or out. */
  #takeOver(work: Work, chunk: SegmentChunk): void {
    const at = this.#owners.get(work);
    if (at === undefined) return;
    this.#collector?.of(at)?.add(work, chunk);
    this.#catchUp(at);
  }
}

/** The topic is not the one that was saved. */
function otherTopic(at: PartitionProgress): ClientError {
  return new ClientError(
    'TOPIC_RECREATED',
    `${partitionKey(at)} is not the topic that the output folder holds: the message before offset ${at.finished} is another one. The topic was deleted and made again; move its folder away, or give another --output-dir.`,
  );
}

/** With `--partitions` nobody divides them but the user, and a group whose members share them takes no offsets from outside. */
function groupInUse(group: string): ClientError {
  return new ClientError(
    'GROUP_IN_USE',
    `The group ${group} has members that share its partitions, so the broker takes no offsets from who reads with --partitions: give another --group. What was saved since the last commit comes again.`,
  );
}

function commitsOf({ broker, topics }: Config): 'as-member' | 'by-hand' | 'never' {
  if (broker.replay) return 'never';
  return topics.partitions === null ? 'as-member' : 'by-hand';
}
