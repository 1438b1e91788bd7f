import type { ConsumedMessage, PartitionOffset, TopicPartition } from '../broker/consumer.ts';
import type { KnownMessage } from '../broker/start-position.ts';
import { crc32c } from '../checksum.ts';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import type { CutAt } from '../pool/messages.ts';
import type { Pool } from '../pool/pool.ts';
import type { Work } from '../pool/work.ts';
import type { Limit } from '../stop/limit.ts';
import { release } from '../release.ts';
import { packBatch, BatchView } from './batch.ts';
import type { BatchMemory } from './batch-memory.ts';

/** What the intake needs from the flow around it. */
export interface IntakeOptions {
  readonly pool: Pool;
  readonly limit: Limit;
  readonly progressOf: (at: TopicPartition) => PartitionProgress | undefined;
  /** Messages from this offset on are not ours to read; null: all are. Is told what was read. */
  readonly endOf: (at: TopicPartition, messages?: readonly ConsumedMessage[]) => number | null;
  readonly onBegun: (work: Work, at: PartitionProgress) => void;
  /** The broker passed over offsets from `from` on: markers, compaction, or a loss. */
  readonly onJump: (at: PartitionProgress, from: number) => void;
  /** Whether the broker has nothing between what was read and this offset. If not so, it is looked for once more. */
  readonly believes: (at: PartitionProgress, next: number) => boolean;
  /** Where a batch of so many messages is likely to fill a segment; null: no segments. */
  readonly cutAt: (at: PartitionProgress, messages: number) => CutAt | null;
  readonly keepTombstones: boolean;
  readonly memory: BatchMemory;
  /** A message that was saved is another one now. */
  readonly onOtherTopic: (at: PartitionProgress) => void;
  /** Something moved without a batch being done. */
  readonly onMoved: () => void;
}

/** From messages as they were read to batches in the pool, and the bookkeeping of which offsets are under way. */
export class Intake {
  readonly #options: IntakeOptions;
  #closed = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Begins nothing new from now on. */
  close(): void {
    this.#closed = true;
  }

  /** Messages of one partition, in offset order. */
  take(at: TopicPartition, messages: readonly ConsumedMessage[]): void {
    const progress = this.#options.progressOf(at);
    if (progress === undefined || !this.#takes(progress)) return;
    if (progress.known !== null && !this.#isKnown(progress, progress.known, messages)) return;
    const end = this.#options.endOf(at, messages) ?? Number.POSITIVE_INFINITY;
    const fresh = messages.filter(({ offset }) => offset >= progress.watermark.position && offset < end);
    const [first, last] = [fresh[0], fresh.at(-1)];
    if (first !== undefined && !this.#options.believes(progress, first.offset)) return;
    if (first !== undefined && last !== undefined) this.#submit(progress, fresh, first.offset, last.offset);
    const isEnd = messages.some(({ offset }) => offset >= end);
    if (isEnd && this.#options.believes(progress, end)) this.#reach(progress, end);
  }

  /** The partition has nothing more below this offset. */
  takeEnd(end: PartitionOffset): void {
    const progress = this.#options.progressOf(end);
    if (progress === undefined || !this.#takes(progress)) return;
    const mark = this.#options.endOf(end);
    // Past the mark, messages were left out; nothing may be said about the offsets between.
    if (mark !== null && progress.watermark.position >= mark) return;
    if (this.#options.believes(progress, end.offset)) this.#reach(progress, end.offset);
  }

  #takes({ leaving, rewinding, doubt }: PartitionProgress): boolean {
    return !leaving && !rewinding && doubt !== 'looking' && !this.#closed;
  }

  /**
   * Looks at the message that was saved last: is it still what it was? Where it is gone (expired, compacted) nobody can tell, and
   * reading goes on.
   */
  #isKnown(progress: PartitionProgress, known: KnownMessage, messages: readonly ConsumedMessage[]): boolean {
    const seen = messages.find(({ offset }) => offset >= known.offset);
    if (seen === undefined) return true;
    progress.known = null;
    if (seen.offset > known.offset) return true;
    const value = seen.value ?? new Uint8Array(0);
    const same =
      seen.timestampMs === known.timestampMs &&
      value.byteLength === known.bytes &&
      crc32c(value) === known.crc32c;
    if (!same) this.#options.onOtherTopic(progress);
    return same;
  }

  #submit(progress: PartitionProgress, messages: ConsumedMessage[], first: number, last: number): void {
    const { pool, limit, onJump, onBegun, cutAt, keepTombstones, memory } = this.#options;
    const { topic, partition, watermark } = progress;
    if (first > watermark.position) onJump(progress, watermark.position);
    if (progress.works.size === 0) progress.movedAtMs = performance.now();
    const range = watermark.begin(first, last + 1);
    const memoryFor = (bytes: number): SharedArrayBuffer => memory.take(bytes);
    const view = new BatchView(packBatch(topic, partition, messages, keepTombstones, memoryFor));
    release(ownBuffers(messages));
    const work = pool.submit(view, limit.take(messages.length), cutAt(progress, messages.length));
    progress.works.set(work, range);
    onBegun(work, progress);
  }

  #reach(progress: PartitionProgress, offset: number): void {
    progress.watermark.advanceTo(offset);
    this.#options.onMoved();
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
