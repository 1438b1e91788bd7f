import { BatchView, outcome, turn } from '../batch/batch.ts';
import type { EntryWriter } from '../batch/entries.ts';
import type { Lease } from '../lease.ts';
import type { BatchReport, MessageFailure, Unfinished, WorkMessage } from '../pool/messages.ts';
import type { Message } from './message.ts';
import { type MessageWorker, type Processed, StopAtMessage } from './message-worker.ts';
import { SchemaNeeded } from './decode/error.ts';
import { OutputError } from './write/output-error.ts';
import type { Sink } from './write/sink.ts';

/** A message whose files wait for the batch's turn. */
interface Waiting {
  readonly index: number;
  readonly processed: Processed;
}

/**
 * One batch in one worker: does its messages in order and publishes them in the partition's order, each at once when it is the batch's turn, else
 * all together when the turn comes.
 */
export class BatchWorker {
  readonly view: BatchView;
  readonly #messages: MessageWorker;
  readonly #sink: Sink | null;
  readonly #entries: EntryWriter;
  readonly #lease: Lease;
  readonly #poisoned: ReadonlySet<number>;
  readonly #waiting: Waiting[] = [];
  readonly #failures: MessageFailure[] = [];
  readonly #lines: string[] = [];
  #budget: number;
  #savedBytes = 0;
  #filteredAlerts = 0;
  #unfinished: Unfinished | null = null;

  /**
   * @param entries where to note what was saved.
   * @param lease without it nothing gets its name.
   */
  constructor(
    work: WorkMessage,
    messages: MessageWorker,
    sink: Sink | null,
    entries: EntryWriter,
    lease: Lease,
  ) {
    this.view = new BatchView(work.batch);
    this.#messages = messages;
    this.#sink = sink;
    this.#entries = entries;
    this.#lease = lease;
    this.#budget = work.budget ?? Number.POSITIVE_INFINITY;
    this.#poisoned = new Set(work.poisoned);
    sink?.begin(work.batchId, this.view, work.cutAt);
  }

  /** Does what is not yet done, calling `between` after each message so that other batches' turns are served. */
  async work(between: () => void): Promise<void> {
    for (let index = this.view.firstPending(); index < this.view.batch.count; index++) {
      if (this.view.outcomeAt(index) !== outcome.PENDING) continue;
      if (this.view.turn() === turn.CANCELLED) this.#unfinished = { why: 'cancelled' };
      else if (this.#budget <= 0) this.#unfinished = { why: 'limit' };
      else await this.#workOn(index);
      const settling = this.#sink?.settle() ?? null;
      if (settling !== null) await this.#settled(settling);
      if (this.#unfinished !== null) break;
      between();
    }
    this.view.leaveMessage();
    this.#sink?.end();
    const settling = this.#sink?.settle() ?? null;
    if (settling !== null) await this.#settled(settling);
  }

  /** Gives everything that waits its name, if it is the batch's turn and the lease stands. True when nothing waits any more. */
  publish(): boolean {
    const published: Waiting[] = [];
    try {
      while (this.#waiting[0] !== undefined && this.view.beginPublishing()) {
        try {
          // As late as can be: between this and the rename nothing keeps a process from being frozen.
          if (!this.#lease.stands) break;
          for (const file of this.#waiting[0].processed.files) file.publish();
        } catch (error) {
          this.#waiting[0] = this.#refuse(this.#waiting[0], error);
          continue;
        } finally {
          this.view.endPublishing();
        }
        published.push(this.#waiting[0]);
        this.#waiting.shift();
      }
      if (published.some(({ processed }) => this.#needsFolderSync(processed))) this.#sink?.syncFolders();
      for (const { index, processed } of published) this.#finish(index, processed);
    } catch (error) {
      const [{ index } = { index: 0 }] = this.#waiting;
      this.#giveBack(this.#reasonToStop(error, this.view.message(index)));
    }
    if (this.view.turn() === turn.CANCELLED) this.#giveBack({ why: 'cancelled' });
    return this.#waiting.length === 0;
  }

  /** Gives back what waits for its turn, unless that has come. */
  recall(): void {
    if (this.view.turn() === turn.HELD) this.#giveBack({ why: 'limit' });
  }

  /** What there is to say of the batch, once {@link publish} is through with it. */
  report(): Omit<BatchReport, 'times'> {
    this.#sink?.end();
    return {
      unfinished: this.#unfinished,
      failures: this.#failures,
      lines: this.#lines,
      savedBytes: this.#savedBytes,
      filteredAlerts: this.#filteredAlerts,
    };
  }

  async #workOn(index: number): Promise<void> {
    const message = this.view.message(index);
    this.view.enterMessage(index);
    try {
      const processed = this.#poisoned.has(index)
        ? this.#messages.bury(message)
        : await this.#messages.process(
            message,
            this.#sink?.takesPartOfMessage === false ? Infinity : this.#budget,
          );
      this.#budget -= processed.savedAlerts;
      // Also where it is the batch's last message, behind which nobody asks what is left.
      if (processed.result === outcome.PENDING) this.#unfinished = { why: 'limit' };
      this.#waiting.push({ index, processed });
      // Where folders are synced, that is done once for the whole batch.
      if (!this.#needsFolderSync(processed)) this.publish();
    } catch (error) {
      this.#unfinished = this.#reasonToStop(error, message);
    }
  }

  /** Waits for the disk. What was finished and does not get there is done again. */
  async #settled(settling: Promise<void>): Promise<void> {
    // The message does not take longer by it.
    this.view.leaveMessage();
    try {
      await settling;
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      this.#unfinished = { why: 'output', code: error.code, text: error.message };
    }
  }

  /** What becomes of a message whose names cannot be given: a folder may have one of them. @throws what is no fault of the message. */
  #refuse({ index, processed }: Waiting, error: unknown): Waiting {
    // In a chunk other messages may stand behind it already.
    if (this.#sink?.journaled !== true) throw error;
    this.#budget += processed.savedAlerts;
    return { index, processed: this.#messages.refuse(this.view.message(index), processed, error) };
  }

  #needsFolderSync({ result }: Processed): boolean {
    return this.#sink?.needsFolderSync(result) ?? false;
  }

  #reasonToStop(error: unknown, message: Message): Unfinished {
    if (error instanceof SchemaNeeded) return { why: 'schema', schemaId: error.schemaId };
    if (error instanceof OutputError) return { why: 'output', code: error.code, text: error.message };
    if (error instanceof StopAtMessage) {
      return { why: 'stop', offset: message.offset, code: error.code, text: error.message };
    }
    throw error;
  }

  #finish(
    index: number,
    { result, savedAlerts, savedBytes, filteredAlerts, failure, lines, journal, stamps }: Processed,
  ): void {
    // First of all: a message that counts as finished must not be without its place in the journal.
    if (journal !== '' && result === outcome.SAVED) this.#entries.add(index, journal);
    if (this.#sink === null) this.view.finish(index, result, savedAlerts);
    else this.#sink.finish(this.view, index, { result, savedAlerts, stamps });
    this.#savedBytes += savedBytes;
    this.#filteredAlerts += filteredAlerts;
    if (failure !== null) this.#failures.push(failure);
    this.#lines.push(...lines);
  }

  /** Throws away what waits: those messages are done again. */
  #giveBack(why: Unfinished): void {
    for (const { processed } of this.#waiting.splice(0)) {
      for (const file of processed.files) file.discard();
    }
    this.#unfinished = why;
  }
}
