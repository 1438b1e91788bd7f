import { join } from 'node:path';
import { ancestors } from '../ancestors.ts';
import type { BatchView } from '../batch/batch.ts';
import type { CutAt, ReceivedChunk } from '../pool/messages.ts';
import type { Work } from '../pool/work.ts';
import { temporaryName } from '../temporary.ts';
import type { Descriptors } from './descriptors.ts';
import { type Layout, MAX_RANGE_FILES } from './layout.ts';
import { bytesOf, OffsetOrder } from './offset-order.ts';
import { type OffsetRange, OpenSegment, type PublishedFiles } from './open-segment.ts';
import { OverlapWatch } from './overlap.ts';
import { type PartitionFolder, PublicationCutOff, publishRange } from './publish.ts';
import type { RangeRecord } from './record.ts';
import { type Finishing, SegmentFile } from './segment-file.ts';

/** The main thread writes segments; workers have numbers from 1 on. */
const MAIN_THREAD = 0;

/** What a closed segment counts until it is published. Where each has a few alerts only, they are read faster than they are published. */
const CLOSED_BYTES = 64_000;

/** When a segment is full. */
export interface SegmentLimits {
  /** `--segment-bytes` */
  readonly bytes: number;
  /** `--segment-alerts` */
  readonly alerts: number;
  /** `--segment-age` */
  readonly ageMs: number;
}

/** What {@link PartitionSegments} need and tell. */
export interface PartitionSegmentsOptions {
  readonly topic: string;
  readonly partition: number;
  readonly folder: PartitionFolder;
  readonly extension: string;
  readonly head: Uint8Array;
  /** null: a segment is one file. */
  readonly layout: Layout | null;
  readonly descriptors: Descriptors | null;
  readonly finishing: Omit<Finishing, 'newTemporary'> | null;
  readonly limits: SegmentLimits;
  readonly writer: string;
  /** Whether another group may write to the folder too. */
  readonly isShared: boolean;
  /** Whether segments must be on the disk when they count as published. */
  readonly sync: boolean;
  /** A number for a temporary name, unlike any other of this process. */
  readonly nextTemporary: () => number;
  /** All below this offset is published. @param last the files of the last segment. */
  readonly onPublished: (next: number, last: PublishedFiles) => void;
  /** Another writer was faster, or a segment could not be published: nothing of ours behind the last published one counts any more. */
  readonly onLost: (error: NodeJS.ErrnoException | null) => void;
  readonly onTrouble: (error: NodeJS.ErrnoException | null) => void;
  /** The layout wants so many files at a time that a segment was closed before it was full. */
  readonly onManyFiles: () => void;
}

/**
 * The segments of one assigned partition: the open one, and those on their way to be published.
 */
export class PartitionSegments {
  readonly #options: PartitionSegmentsOptions;
  readonly #order: OffsetOrder;
  readonly #overlaps: OverlapWatch;
  /** Closed, not yet published. */
  readonly #closing = new Set<OpenSegment>();
  #open: OpenSegment;
  #publishing: Promise<void> = Promise.resolve();
  #publishingSinceMs: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Offsets that the broker had no longer when their turn came. */
  readonly #expired: OffsetRange[] = [];
  /** Messages submitted since a segment was expected to begin. */
  #submitted = 0;
  #over = false;

  constructor(options: PartitionSegmentsOptions, first: number, behind: RangeRecord['behind']) {
    this.#options = options;
    this.#overlaps = new OverlapWatch(options.isShared);
    this.#open = this.#newSegment(first, behind, options.head);
    this.#order = new OffsetOrder({
      take: (view, chunk) => {
        this.#take(view, chunk);
      },
      note: (offset, result) => {
        this.#open.note(offset, result, 0);
        this.#startClock();
      },
    });
  }

  /** Bytes that came from workers and are not in a file yet, and what segments take that are not published yet. */
  get bytesWaiting(): number {
    let bytes = this.#order.bytes + this.#open.unwritten + this.#closing.size * CLOSED_BYTES;
    for (const { unwritten } of this.#closing) bytes += unwritten;
    return bytes;
  }

  /** How long the publication under way has taken by now, since the disk last took something. */
  get publishingForMs(): number {
    return this.#publishingSinceMs === null ? 0 : performance.now() - this.#publishingSinceMs;
  }

  /** Where segments will be full if every message gives one alert, for a batch that is about to be submitted. */
  cutAt(messages: number): CutAt {
    const every = this.#options.limits.alerts;
    const first = every - this.#submitted;
    this.#submitted = (this.#submitted + messages) % every;
    return { first, every };
  }

  /** Offsets that were taken for missing had expired: a loss, and the record says so. */
  expired(from: number, to: number): void {
    this.#expired.push([from, to]);
  }

  /** A batch is under way. Batches come in offset order. */
  begin(work: Work): void {
    this.#order.begin(work);
  }

  /** A part of a batch came back. Parts of one batch come in order. */
  add(work: Work, chunk: ReceivedChunk): void {
    this.#order.add(work, chunk);
  }

  /** A batch is through: all its parts have come. @returns the batches that are not looked at any more. */
  done(work: Work): readonly Work[] {
    return this.#order.done(work);
  }

  /** A batch was given up, and all behind it: see {@link OffsetOrder.cancel}. */
  cancel(work: Work): void {
    this.#order.cancel(work);
  }

  /**
   * Closes the open segment, if it covers anything, and has it published.
   *
   * @param finished where the partition's finished mark stands: behind the last message the broker may have markers.
   */
  close(finished: number): void {
    if (this.#over) return;
    this.#open.coverTo(this.#order.reach(finished));
    if (!this.#open.empty) this.#rotate();
  }

  /** Throws away all that is not published. A publication that has begun goes on to its end, but nobody is told. */
  async abandon(): Promise<void> {
    this.#over = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#order.clear();
    for (const segment of this.#closing) segment.giveUp();
    await this.#open.discard();
    await this.#publishing;
  }

  #take(view: BatchView, chunk: ReceivedChunk): void {
    const { limits, onManyFiles } = this.#options;
    const alerts = chunk.alerts.reduce((sum, each) => sum + each, 0);
    const overfull =
      this.#open.alerts + alerts > limits.alerts || this.#open.bytes + bytesOf(chunk) > limits.bytes;
    const crowded = this.#open.filesWith(chunk) > MAX_RANGE_FILES;
    if (crowded) onManyFiles();
    if (((overfull || crowded) && this.#open.alerts > 0) || !this.#open.takes(chunk)) this.#rotate();
    this.#open.add(view, chunk);
    this.#startClock();
    if (this.#open.alerts >= limits.alerts || this.#open.bytes >= limits.bytes) this.#rotate();
  }

  #startClock(): void {
    if (this.#timer !== null || this.#open.empty || this.#over) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#rotate();
    }, this.#options.limits.ageMs);
  }

  #rotate(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const full = this.#open;
    // A segment without an alert has nothing else to tell its form.
    this.#open = this.#newSegment(full.next, 'segment', full.head);
    this.#closing.add(full);
    this.#publishing = this.#publishing.then(() => this.#publish(full));
  }

  async #publish(segment: OpenSegment): Promise<void> {
    const { folder, writer, sync, nextTemporary, onPublished, onLost } = this.#options;
    this.#publishingSinceMs = performance.now();
    try {
      if (this.#over) {
        await segment.discard();
        return;
      }
      await segment.complete(sync);
      const result = await publishRange(
        folder,
        {
          record: segment.record(this.#expired),
          recordTemporary: temporaryName(writer, MAIN_THREAD, nextTemporary()),
          newlyMade: [...segment.newlyMade, ...this.#stampFolders(segment)],
        },
        sync,
        this.#overlaps,
      );
      if (this.#isOver()) return;
      if (result === 'published') {
        onPublished(segment.next, segment);
      } else {
        this.#over = true;
        onLost(null);
      }
    } catch (error) {
      const cutOff = error instanceof PublicationCutOff;
      if (!cutOff) await segment.discard();
      if (this.#isOver()) return;
      this.#over = true;
      onLost(cutOff ? error.cause : (error as NodeJS.ErrnoException));
    } finally {
      this.#closing.delete(segment);
      this.#publishingSinceMs = null;
    }
  }

  /** Their workers synced the stamps, not the folders that these have their names in. */
  #stampFolders({ stampFolders }: OpenSegment): string[] {
    const { root } = this.#options.folder;
    return [...stampFolders].flatMap((below) => ancestors(join(root, below), root));
  }

  /** It changes while we wait, behind the compiler's back. */
  #isOver(): boolean {
    return this.#over;
  }

  #newSegment(first: number, behind: RangeRecord['behind'], head: Uint8Array): OpenSegment {
    const { topic, partition, folder, extension, layout, writer } = this.#options;
    const { finishing, descriptors, nextTemporary, onTrouble } = this.#options;
    const newTemporary = (): string => temporaryName(writer, MAIN_THREAD, nextTemporary());
    const newFile = (fileHead: Uint8Array): SegmentFile =>
      new SegmentFile({
        folder: join(folder.root, folder.below),
        temporary: newTemporary(),
        head: fileHead,
        onTrouble: (error) => {
          // A disk that was full is not one that does not answer: its time begins when it is written to again.
          if (error === null && this.#publishingSinceMs !== null) this.#publishingSinceMs = performance.now();
          onTrouble(error);
        },
        descriptors,
        finishing: finishing === null ? null : { ...finishing, newTemporary },
      });
    return new OpenSegment({ topic, partition, first, behind, extension, writer, layout }, head, newFile);
  }
}
