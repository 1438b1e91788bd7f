import { type Attributes, trace, type Tracer } from '@opentelemetry/api';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import type { BatchReport } from '../pool/messages.ts';
import type { Work } from '../pool/work.ts';
import { version } from '../version.ts';
import { BatchTrace } from './batch-trace.ts';
import { flushSpans } from './flush.ts';

/** The spans of all batches that are under way. */
export class BatchTraces {
  readonly #tracer: Tracer = trace.getTracer('antares-client', version);
  readonly #attributes: Attributes;
  /** Of each partition in offset order. */
  readonly #open = new Map<PartitionProgress, BatchTrace[]>();
  readonly #byWork = new WeakMap<Work, BatchTrace>();

  /** @param attributes what all batches have in common. */
  constructor(attributes: Attributes) {
    this.#attributes = attributes;
  }

  begun(work: Work, at: PartitionProgress): void {
    const batch = new BatchTrace(this.#tracer, work.view, this.#attributes);
    this.#byWork.set(work, batch);
    const open = this.#open.get(at);
    if (open === undefined) this.#open.set(at, [batch]);
    else open.push(batch);
  }

  worked(work: Work, at: PartitionProgress, report: BatchReport, savedAlerts: number): void {
    this.#byWork.get(work)?.worked(report, savedAlerts);
    this.moved(at);
  }

  /** The partition's durable or committed mark has risen. */
  moved(at: PartitionProgress): void {
    const open = this.#open.get(at) ?? [];
    for (const batch of open) {
      if (batch.next > at.durable) break;
      batch.published();
    }
    while (open[0] !== undefined && open[0].next <= at.committed && open[0].committed()) open.shift();
    if (open.length === 0) this.#open.delete(at);
  }

  /** What is not committed of these offsets will not be, or only when it was read again. */
  givenUp(at: PartitionProgress, from: number): void {
    const open = this.#open.get(at) ?? [];
    const kept = open.findIndex(({ next }) => next > from);
    if (kept >= 0) for (const batch of open.splice(kept)) batch.giveUp();
    if (open.length === 0) this.#open.delete(at);
  }

  /** Ends what is open, and has all of it sent. */
  async end(): Promise<void> {
    for (const at of [...this.#open.keys()]) this.givenUp(at, -1);
    await flushSpans();
  }
}
