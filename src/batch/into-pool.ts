import type { ConsumedMessage } from '../broker/consumer.ts';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import type { CutAt } from '../pool/messages.ts';
import type { Pool } from '../pool/pool.ts';
import type { Work } from '../pool/work.ts';
import { release } from '../release.ts';
import type { Limit } from '../stop/limit.ts';
import { packBatch, BatchView } from './batch.ts';
import type { BatchMemory } from './batch-memory.ts';

/** What {@link IntoPool} needs from the flow around it. */
export interface IntoPoolOptions {
  readonly pool: Pool;
  readonly limit: Limit;
  readonly memory: BatchMemory;
  readonly keepTombstones: boolean;
  /** Where a batch of so many messages is likely to fill a segment; null: no segments. */
  readonly cutAt: (at: PartitionProgress, messages: number) => CutAt | null;
  readonly onBegun: (work: Work, at: PartitionProgress) => void;
}

/** Makes batches of messages, and brings them to the pool. */
export class IntoPool {
  readonly #options: IntoPoolOptions;

  constructor(options: IntoPoolOptions) {
    this.#options = options;
  }

  /** @param messages of one partition, in offset order, behind all that was submitted before; at least one. */
  submit(at: PartitionProgress, messages: readonly ConsumedMessage[]): void {
    const { pool, limit, cutAt, keepTombstones, memory, onBegun } = this.#options;
    const end = limit.endOfAgain(at);
    const again = messages.findIndex(({ offset }) => offset >= end);
    if (again > 0) {
      this.submit(at, messages.slice(0, again));
      this.submit(at, messages.slice(again));
      return;
    }
    const { topic, partition, watermark } = at;
    const [first, last] = [messages[0], messages.at(-1)];
    if (first === undefined || last === undefined) return;
    const memoryFor = (bytes: number): SharedArrayBuffer => memory.take(bytes);
    const view = new BatchView(packBatch(topic, partition, messages, keepTombstones, memoryFor));
    // Only now: where there is no memory for a batch, nothing may count as under way.
    const range = watermark.begin(first.offset, last.offset + 1);
    release(ownBuffers(messages));
    if (at.works.size === 0) at.movedAtMs = performance.now();
    const work = pool.submit(view, limit.take(at, view), cutAt(at, messages.length));
    at.works.set(work, range);
    onBegun(work, at);
  }
}

/** Of values that were copied. A small one may share its buffer with others; an empty one has nothing to give. */
function ownBuffers(messages: readonly ConsumedMessage[]): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const { value } of messages) {
    if (value === null || value.byteLength === 0 || !(value.buffer instanceof ArrayBuffer)) continue;
    if (value.buffer.byteLength === value.byteLength) buffers.push(value.buffer);
  }
  return buffers;
}
