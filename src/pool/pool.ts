import type { BatchView, Outcome } from '../batch/batch.ts';
import type { BatchMemory } from '../batch/batch-memory.ts';
import { Entries, entryBytesFor } from '../batch/entries.ts';
import { ClientError } from '../errors.ts';
import type { Lease } from '../lease.ts';
import type { Glimpse } from '../glimpse.ts';
import { openFilesRefused } from '../open-files.ts';
import { RecentlyUsed } from '../recently-used.ts';
import { HangWatch } from './hang-watch.ts';
import type { BatchReport, CutAt, FromWorker, LogLevel, ReceivedChunk, WorkerSettings } from './messages.ts';
import { Slot, type Death } from './slot.ts';
import { budgetLeft, poisonedMessages, type Work } from './work.ts';

/** One batch is being worked on while the next one waits at the worker's door, so that it never stands idle. */
const BATCHES_A_WORKER = 2;
/** What a new worker is told at once; it asks for others. */
const MAX_SCHEMAS = 16;

/** What the pool tells its owner. */
export interface PoolEvents {
  /** Every message of the batch is finished. */
  done(work: Work, report: BatchReport): void;
  /** Some messages of the batch, to be taken over into a segment. */
  chunk(work: Work, chunk: ReceivedChunk): void;
  /** The batch came back with messages left. {@link Pool.resume} or {@link Pool.cancel} it. */
  returned(work: Work, report: BatchReport): void;
  log(level: LogLevel, text: string, fields: Record<string, unknown>): void;
  glimpses(glimpses: readonly Glimpse[]): void;
  /** The pool cannot go on. */
  failed(error: ClientError): void;
}

/**
 * Worker threads and the batches that go through them. Batches of one partition run on several workers at once but
 * publish in offset order; a worker that dies is replaced and its batches are done again, from the message it was at.
 */
export class Pool {
  readonly #settings: Omit<WorkerSettings, 'workerIndex' | 'deadThreads'>;
  readonly #memory: BatchMemory;
  readonly #lease: Lease;
  readonly #isJournaled: boolean;
  readonly #events: PoolEvents;
  readonly #slots: Slot[] = [];
  readonly #queue: Work[] = [];
  /** What is under way, a list a partition, in offset order. */
  readonly #lines = new Map<string, Work[]>();
  readonly #schemas = new RecentlyUsed<number, string | null>(MAX_SCHEMAS);
  readonly #deadThreads: number[] = [];
  readonly #watch: HangWatch;
  readonly #started: Promise<void>;
  #onStarted: () => void = () => undefined;
  #startsLeft: number;
  #nextId = 0;
  #bytesInFlight = 0;
  #stopped = false;

  /**
   * @param memory for what workers note of batches; whoever gives back a batch's gives that back, too.
   * @param lease without it no alert's file gets its name.
   */
  constructor(
    settings: Omit<WorkerSettings, 'workerIndex' | 'deadThreads'>,
    workers: number,
    memory: BatchMemory,
    lease: Lease,
    events: PoolEvents,
  ) {
    this.#settings = settings;
    this.#memory = memory;
    this.#lease = lease;
    this.#isJournaled = settings.form.kind === 'json' && settings.output !== null;
    this.#events = events;
    this.#startsLeft = workers;
    this.#started = new Promise((resolve) => {
      this.#onStarted = resolve;
    });
    for (let i = 0; i < workers; i++) this.#startWorker(i);
    this.#watch = new HangWatch(this.#slots, settings.processTimeoutMs);
  }

  /** Resolves when every worker is ready: the user's module loads. What keeps one from it is told by `failed`. */
  started(): Promise<void> {
    return this.#started;
  }

  /** Bytes of all batches that are not done. */
  get bytesInFlight(): number {
    return this.#bytesInFlight;
  }

  /** How busy each worker was since this was asked last, from 0 to 1. */
  takeUse(): number[] {
    return this.#slots.map((slot) => slot.takeUse());
  }

  /** Takes a batch. Batches of one partition must come in offset order. */
  submit(view: BatchView, budget: number | null, cutAt: CutAt | null): Work {
    const work: Work = {
      id: this.#nextId++,
      view,
      entries: new Entries(this.#isJournaled ? this.#memory.take(entryBytesFor(view.batch.count)) : null),
      noted: 0,
      bytes: view.batch.memory.byteLength,
      state: 'queued',
      slot: null,
      budget,
      cutAt,
      deaths: new Map(),
      cancelled: false,
      recalled: false,
      wait: null,
      counted: 0,
      savedOfPending: 0,
    };
    const line = this.#lineOf(work);
    line.push(work);
    // Segments are put in order by their owner; only names must be given in turn.
    if (line[0] === work || cutAt !== null) view.grantTurn();
    this.#bytesInFlight += work.bytes;
    this.#queue.push(work);
    this.#dispatch();
    return work;
  }

  /** Does the rest of a batch that came back. */
  resume(work: Work, budget: number | null): void {
    if (work.state !== 'returned') return;
    work.state = 'queued';
    work.budget = budget;
    work.recalled = false;
    this.#queue.unshift(work);
    this.#dispatch();
  }

  /** Brings those behind a batch back that wait for it to publish, for it needs what they may save. They are done again. */
  recallBehind(work: Work): void {
    const line = this.#lineOf(work);
    for (const later of line.slice(line.indexOf(work) + 1)) {
      // A segment's batches wait for nobody.
      if (later.cutAt !== null || later.recalled || later.budget === 0) continue;
      later.recalled = true;
      if (later.state === 'held') later.slot?.send({ type: 'recall', batchId: later.id });
    }
  }

  /** Makes a schema known to all workers, also to those that start later; null: there is none with this id, its messages are bad. */
  addSchema(schemaId: number, schemaText: string | null): void {
    this.#schemas.set(schemaId, schemaText);
    for (const slot of this.#slots) slot.send({ type: 'schema', schemaId, schemaText });
  }

  /**
   * Gives up a batch of a partition that was lost. When the promise resolves nothing of it will be published any more.
   */
  async cancel(work: Work): Promise<void> {
    // Its memory may be another batch's by now.
    if (work.state === 'gone') return;
    work.cancelled = true;
    while (!work.view.cancel()) {
      // A rename is being made this very moment. It is a matter of microseconds, so no timer.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (work.state === 'held') work.slot?.send({ type: 'cancel', batchId: work.id });
    if (work.state === 'queued') this.#queue.splice(this.#queue.indexOf(work), 1);
    if (work.state === 'queued' || work.state === 'returned') this.#remove(work);
  }

  /** Ends all workers. What they were at is lost, so drain first. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch.stop();
    await Promise.all(this.#slots.map((slot) => slot.stop()));
  }

  #startWorker(index: number): void {
    const settings: WorkerSettings = {
      ...this.#settings,
      workerIndex: index,
      deadThreads: [...this.#deadThreads],
    };
    const slot: Slot = new Slot(
      settings,
      // Segments have their records, which only one can publish.
      this.#isJournaled ? this.#lease : null,
      (message) => {
        this.#receive(slot, message);
      },
      (death) => {
        this.#replace(index, slot, death);
      },
    );
    this.#slots[index] = slot;
    for (const [schemaId, schemaText] of this.#schemas.entries())
      slot.send({ type: 'schema', schemaId, schemaText });
  }

  #receive(slot: Slot, message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.#startsLeft -= 1;
        if (this.#startsLeft === 0) this.#onStarted();
        return;
      case 'unusable':
        this.#events.failed(new ClientError('HOOK_LOAD', message.reason, { cause: message.stack }));
        return;
      case 'flushed':
        // The slot waits for it.
        return;
      case 'log':
        this.#events.log(message.level, message.text, message.fields);
        return;
      case 'glimpses':
        this.#events.glimpses(message.glimpses);
        return;
      case 'entries':
        slot.works.find(({ id }) => id === message.batchId)?.entries.addMemory(message.memory);
        return;
      case 'held': {
        const work = slot.works.find(({ id }) => id === message.batchId);
        if (work === undefined) return;
        work.state = 'held';
        // Its turn may have come while it was on the last message; or the partition was lost.
        if (work.cancelled) slot.send({ type: 'cancel', batchId: work.id });
        else if (this.#lineOf(work)[0] === work) slot.send({ type: 'publish', batchId: work.id });
        else if (work.recalled) slot.send({ type: 'recall', batchId: work.id });
        this.#dispatch();
        return;
      }
      case 'chunk': {
        const work = slot.works.find(({ id }) => id === message.batchId);
        if (work === undefined || work.cancelled) return;
        const { from, outcomes, alerts } = message.chunk;
        outcomes.forEach((result, i) => {
          work.view.finish(from + i, result as Outcome, alerts[i] ?? 0);
        });
        this.#events.chunk(work, {
          ...message.chunk,
          giveBack: (part) => {
            slot.giveBack(part);
          },
        });
        return;
      }
      case 'done': {
        const work = slot.works.find(({ id }) => id === message.batchId);
        if (work === undefined) return;
        slot.works.splice(slot.works.indexOf(work), 1);
        work.slot = null;
        this.#settle(work, message.report);
        this.#dispatch();
        return;
      }
    }
  }

  #settle(work: Work, report: BatchReport): void {
    if (work.cancelled) {
      this.#remove(work);
    } else if (report.unfinished === null) {
      this.#remove(work);
      this.#events.done(work, report);
    } else {
      work.state = 'returned';
      this.#events.returned(work, report);
    }
  }

  /** Takes a batch out of its line and lets the next one publish. */
  #remove(work: Work): void {
    const line = this.#lineOf(work);
    line.splice(line.indexOf(work), 1);
    work.state = 'gone';
    this.#bytesInFlight -= work.bytes;
    const next = line[0];
    if (next === undefined) {
      this.#lines.delete(lineKey(work));
    } else if (next.view.grantTurn() && next.state === 'held') {
      next.slot?.send({ type: 'publish', batchId: next.id });
    }
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && !this.#stopped) {
      const slot = this.#slotFor(this.#queue[0] as Work);
      if (slot === undefined) return;
      const work = this.#queue.shift() as Work;
      work.state = 'with-worker';
      work.slot = slot;
      slot.works.push(work);
      const poisoned = poisonedMessages(work);
      const { id: batchId, view, cutAt } = work;
      const [entries, budget] = [work.entries.memory, budgetLeft(work)];
      slot.send({ type: 'work', batchId, batch: view.batch, entries, budget, poisoned, cutAt });
    }
  }

  /** The worker of the partition's previous batch, where it has room: then nothing must wait for its turn. Else the least busy. */
  #slotFor(work: Work): Slot | undefined {
    const line = this.#lineOf(work);
    const previous = line[line.indexOf(work) - 1]?.slot;
    if (previous && previous.load < BATCHES_A_WORKER && this.#slots.every((slot) => slot.load > 0))
      return previous;
    const least = this.#slots.reduce((best, slot) => (slot.load < best.load ? slot : best));
    return least.load < BATCHES_A_WORKER ? least : undefined;
  }

  #lineOf(work: Work): Work[] {
    const key = lineKey(work);
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = []));
    return line;
  }

  #replace(index: number, slot: Slot, death: Death): void {
    if (this.#stopped) return;
    this.#deadThreads.push(slot.threadId);
    // Before they are given its batches: who does one again sweeps what is left of it.
    for (const other of this.#slots)
      if (other !== slot) other.send({ type: 'dead', threadId: slot.threadId });
    if (death.atStart) {
      const refused = openFilesRefused(death.reason, ` for ${this.#slots.length} workers`);
      this.#events.failed(
        new ClientError('WORKER_START', `A worker thread does not start: ${refused ?? death.reason}.`),
      );
      return;
    }
    const works = slot.works.splice(0).reverse();
    if (!works.some(({ view }) => view.currentMessage() >= 0))
      this.#events.log('warn', `A worker died between two messages: ${death.reason}.`, {});
    for (const work of works) {
      const { view } = work;
      const at = view.currentMessage();
      if (at >= 0) {
        work.deaths.set(at, (work.deaths.get(at) ?? 0) + 1);
        const { topic, partition } = view.batch;
        this.#events.log(
          'warn',
          `A worker died at ${topic}/${partition} offset ${view.offset(at)}: ${death.reason}.`,
          {
            topic,
            partition,
            offset: view.offset(at),
            deaths: work.deaths.get(at),
          },
        );
        view.leaveMessage();
      }
      view.endPublishing();
      work.slot = null;
      if (work.cancelled) {
        this.#remove(work);
        continue;
      }
      work.state = 'queued';
      this.#queue.unshift(work);
    }
    this.#startWorker(index);
    this.#dispatch();
  }
}

function lineKey({ view }: Work): string {
  return `${view.batch.topic}/${view.batch.partition}`;
}
