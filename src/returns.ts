import type { Reader } from './batch/read.ts';
import type { SchemaRegistry } from './broker/schema-registry.ts';
import { type PartitionProgress, partitionKey } from './commit/partition-progress.ts';
import { ClientError, isDiskFull } from './errors.ts';
import { whatIsMissing } from './full-disk.ts';
import type { Log } from './log.ts';
import type { Unfinished } from './pool/messages.ts';
import type { Pool } from './pool/pool.ts';
import type { Wait, Work } from './pool/work.ts';
import type { Limit } from './stop/limit.ts';

const OUTPUT_RETRY_MS = 1_000;
const SCHEMA_RETRY_MS = 10_000;
const SAY_AGAIN_MS = 60_000;
/** A pause costs up to a second of librdkafka's before messages come again; a schema is mostly there in milliseconds. */
const HOLD_AFTER_MS = 250;

/** What the returns need from the flow around them. */
export interface ReturnsOptions {
  readonly log: Log;
  readonly registry: SchemaRegistry;
  readonly pool: Pool;
  readonly limit: Limit;
  readonly reader: Reader;
  readonly outputDir: string;
  readonly onUnknownSchema: 'hold' | 'dead-letter';
  /** Others may save what a partition has saved behind the batch that it waits for. */
  readonly onWantedBack: (at: PartitionProgress) => void;
  readonly fail: (error: ClientError) => void;
}

/** Batches that came back with messages left, and what each is waiting for. */
export class Returns {
  readonly #options: ReturnsOptions;
  readonly #limited: { readonly at: PartitionProgress; readonly work: Work }[] = [];
  readonly #saidMs = new Map<string, number>();
  /** What a full disk was seen to lack last. */
  #room: Wait = { what: 'disk space', mayCome: true };

  constructor(options: ReturnsOptions) {
    this.#options = options;
  }

  take(at: PartitionProgress, work: Work, why: Unfinished): void {
    switch (why.why) {
      case 'limit':
        this.#limited.push({ at, work });
        // Nothing of it goes on before that, and it must not take the room that is needed for it.
        if (this.#options.limit.isReadingAgain) this.#options.reader.hold(at);
        return;
      case 'schema':
        void this.#findSchema(at, work, why.schemaId);
        return;
      case 'output':
        this.#waitForOutput(at, work, why.code, why.text);
        return;
      case 'stop':
        this.#options.fail(
          new ClientError(
            'BAD_MESSAGE',
            `The message at ${partitionKey(at)} offset ${why.offset} could not be saved: ${why.text} (${why.code}). It is not committed; --on-error dead-letter or skip goes on without it.`,
          ),
        );
        return;
      case 'cancelled':
        return;
    }
  }

  /** Budgets may have become free. */
  retryLimited(): void {
    const { limit, pool, reader } = this.#options;
    let isShort = false;
    for (const { at, work } of this.#limited.splice(0)) {
      if (work.state !== 'returned') continue;
      const budget = this.#budgetFor(at, work);
      if (budget === null || budget > 0) {
        reader.release(at);
        pool.resume(work, budget);
      } else {
        this.#limited.push({ at, work });
        const [first] = at.works.keys();
        isShort ||= first === work;
      }
    }
    if (isShort && !limit.isReadingAgain) this.#wantBack();
  }

  /**
   * While a batch waits for a schema or the disk, others are allowed what it needs, and those behind it wait for it with theirs. It may come to
   * need that, or another partition could save it.
   */
  #wantBack(): void {
    const { limit, pool, onWantedBack } = this.#options;
    for (const { at, first } of limit.waiting()) {
      pool.recallBehind(first);
      if (limit.isUsedUp && at.savedBehind > 0) onWantedBack(at);
    }
  }

  /** Bytes of batches that wait for others to have read again what they had. */
  get bytesLeftBehind(): number {
    if (!this.#options.limit.isReadingAgain) return 0;
    return this.#limited.reduce((sum, { work }) => sum + (work.state === 'returned' ? work.bytes : 0), 0);
  }

  #budgetFor(at: PartitionProgress, { view }: Work): number | null {
    return this.#options.limit.take(at, view);
  }

  #waitForOutput(at: PartitionProgress, work: Work, code: string, text: string): void {
    work.wait = this.#waitFor(code);
    void this.#sayRefused(code, text, 'its offset is not committed');
    this.#options.reader.hold(at);
    setTimeout(() => {
      this.#goOn(at, work);
    }, OUTPUT_RETRY_MS);
  }

  /** A segment's file cannot be written for now; null: it can again. */
  fileTrouble(at: PartitionProgress, error: NodeJS.ErrnoException | null): void {
    if (error === null && at.segmentWait?.mayCome === true) at.movedAtMs = performance.now();
    at.segmentWait = error === null ? null : this.#waitFor(error.code ?? 'no code');
    if (error === null) return;
    const text = `A segment of ${partitionKey(at)} cannot be written: ${error.message.replace(/\.$/, '')}`;
    void this.#sayRefused(error.code ?? '', text, 'its offsets are not committed');
  }

  /** A full disk is waited for; other refusals are somebody's to mend, and count as standing still. */
  #waitFor(code: string): Wait {
    return isDiskFull(code) ? this.#room : { what: `the output folder (${code})`, mayCome: false };
  }

  async #sayRefused(code: string, text: string, state: string): Promise<void> {
    let waits = '';
    if (isDiskFull(code)) {
      const what = await whatIsMissing(this.#options.outputDir, code);
      if (what !== this.#room.what) this.#room = { what, mayCome: true };
      waits = ` It waits for ${what}.`;
    }
    this.#say(
      `output ${code}`,
      `${text}.${waits} Nothing is lost: ${state}, and it is tried again every second.`,
    );
  }

  async #findSchema(at: PartitionProgress, work: Work, schemaId: number): Promise<void> {
    const { registry, pool, reader, onUnknownSchema } = this.#options;
    const holding = setTimeout(() => {
      // A batch that was cancelled meanwhile has nobody who would release the partition.
      if (work.state === 'returned') reader.hold(at);
    }, HOLD_AFTER_MS);
    work.wait = { what: work.wait?.what ?? `schema ${schemaId}`, mayCome: true };
    const answer = await registry.get(schemaId);
    clearTimeout(holding);
    if (work.state !== 'returned') return;
    if (answer.kind === 'found') {
      pool.addSchema(schemaId, answer.schemaText);
      this.#goOn(at, work);
    } else if (onUnknownSchema === 'dead-letter') {
      pool.addSchema(schemaId, null);
      this.#goOn(at, work);
    } else {
      // A wrong setting is no bad message, and no reason to wait for ever either: the stall watch counts this.
      const what = `schema ${schemaId}, which nobody knows`;
      work.wait = { what, mayCome: false, why: answer.reason };
      reader.hold(at);
      this.#say(`schema ${schemaId}`, `${partitionKey(at)} waits at offset ${at.finished}: ${answer.reason}`);
      setTimeout(() => void this.#findSchema(at, work, schemaId), SCHEMA_RETRY_MS);
    }
  }

  #goOn(at: PartitionProgress, work: Work): void {
    if (work.state !== 'returned') return;
    const { pool, reader } = this.#options;
    // What it waited for was no stall, and until it gets on again is none either.
    if (work.wait?.mayCome === true) at.movedAtMs = performance.now();
    work.wait = null;
    reader.release(at);
    pool.resume(work, this.#budgetFor(at, work));
  }

  /** Once a minute a subject. */
  #say(subject: string, text: string): void {
    const nowMs = performance.now();
    if (nowMs - (this.#saidMs.get(subject) ?? -Infinity) < SAY_AGAIN_MS) return;
    this.#saidMs.set(subject, nowMs);
    this.#options.log.error(text);
  }
}
