import { join } from 'node:path';
import type { TopicPartition } from '../broker/consumer.ts';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import { Descriptors } from './descriptors.ts';
import { tellsTopicsApart } from './layout.ts';
import { Finisher } from '../finish/finisher.ts';
import type { FinishForm } from '../finish/messages.ts';
import type { PublishedFiles } from './open-segment.ts';
import { PartitionSegments, type SegmentLimits } from './partition-segments.ts';
import { type Hole, holeFrom } from './covered.ts';
import type { PartitionFolder } from './publish.ts';
import { type Published, recover } from './recover.ts';
import type { RangeRecord } from './record.ts';

/** Files of a layout that are held open at once, over all partitions. */
const MAX_LAYOUT_DESCRIPTORS = 128;
/** The same where a segment is one file: each partition has one open, and before they are published many may be closed. */
const MAX_DESCRIPTORS = 256;

/** How segments are written. */
export interface SegmentForm {
  readonly dir: string;
  /** `.ndjson`, `.raw` and so on. */
  readonly extension: string;
  /** What every file of this kind begins with. */
  readonly head: Uint8Array;
  /** What loose records become when a segment is whole, and how many segments at a time; null: there are none. */
  readonly finish: { readonly form: FinishForm; readonly threads: number } | null;
  readonly limits: SegmentLimits;
  /** Template of the folders of a segment's files; null: a segment is one file in its partition's folder. */
  readonly pathTemplate: string | null;
  /** This process's name as a writer. */
  readonly writer: string;
  /** Whether segments must be on the disk when they count as published. */
  readonly sync: boolean;
  /** `--share-output-dir` */
  readonly isShared: boolean;
  /** A topic as folders name it. */
  readonly folderOf: (topic: string) => string;
}

/** And who is told of them. */
export interface SegmentsOptions extends SegmentForm {
  /** @param last what holds the last segment's alerts. */
  readonly onPublished: (at: PartitionProgress, next: number, last: PublishedFiles) => void;
  /** Another writer was faster (null), or a segment could not be published: the partition must go back to what is. */
  readonly onLost: (at: PartitionProgress, error: NodeJS.ErrnoException | null) => void;
  /** A file cannot be written for now; null: it can again. */
  readonly onTrouble: (at: PartitionProgress, error: NodeJS.ErrnoException | null) => void;
  /** A segment was closed before it was full, because its alerts belong into too many files. Told once. */
  readonly onManyFiles: (at: PartitionProgress) => void;
}

/** The segments of all assigned partitions. */
export class Segments {
  readonly #options: SegmentsOptions;
  readonly #partitions = new Map<PartitionProgress, PartitionSegments>();
  readonly #descriptors: Descriptors;
  readonly #finishing: { readonly finisher: Finisher; readonly form: FinishForm } | null;
  #temporaries = 0;
  #toldOfManyFiles = false;

  constructor(options: SegmentsOptions) {
    const { finish } = options;
    this.#options = options;
    const { pathTemplate, sync } = options;
    this.#descriptors = new Descriptors(
      pathTemplate === null ? MAX_DESCRIPTORS : MAX_LAYOUT_DESCRIPTORS,
      sync,
    );
    this.#finishing = finish === null ? null : { finisher: new Finisher(finish.threads), form: finish.form };
  }

  /** Bytes that came from workers and are not in a file yet, and what segments take that are not published yet. */
  get bytesWaiting(): number {
    let bytes = 0;
    for (const each of this.#partitions.values()) bytes += each.bytesWaiting;
    return bytes;
  }

  /** What is published of a partition; null: nothing. @throws ClientError OUTPUT */
  recover(at: TopicPartition): Promise<Published | null> {
    return recover(this.#folder(at), this.#options.writer);
  }

  /** The last hole between an offset and the end of what is published; null: there is none. @throws ClientError OUTPUT */
  holeFrom(at: TopicPartition, wanted: number): Promise<Hole | null> {
    const { root, below } = this.#folder(at);
    return holeFrom(join(root, below), wanted);
  }

  of(at: PartitionProgress): PartitionSegments | undefined {
    return this.#partitions.get(at);
  }

  /** A partition is read from its durable mark on. */
  begin(at: PartitionProgress, behind: RangeRecord['behind']): void {
    const { extension, head, limits, writer, sync, isShared, pathTemplate, folderOf } = this.#options;
    const { onPublished, onLost, onTrouble, onManyFiles } = this.#options;
    const prefix = pathTemplate === null || tellsTopicsApart(pathTemplate) ? '' : `${folderOf(at.topic)}-`;
    const { topic, partition } = at;
    const segments = new PartitionSegments(
      {
        topic,
        partition,
        folder: this.#folder(at),
        extension,
        head,
        layout: pathTemplate === null ? null : { prefix },
        descriptors: this.#descriptors,
        finishing: this.#finishing,
        limits,
        writer,
        sync,
        isShared,
        nextTemporary: () => this.#temporaries++,
        onPublished: (next, last) => {
          onPublished(at, next, last);
        },
        onLost: (error) => {
          onLost(at, error);
        },
        onTrouble: (error) => {
          onTrouble(at, error);
        },
        onManyFiles: () => {
          if (!this.#toldOfManyFiles) onManyFiles(at);
          this.#toldOfManyFiles = true;
        },
      },
      at.durable,
      behind,
    );
    this.#partitions.set(at, segments);
  }

  /** Publishes what is finished of these partitions, without waiting for a segment to be full. */
  close(partitions: readonly PartitionProgress[]): void {
    for (const at of partitions) this.of(at)?.close(at.finished);
  }

  /** Throws away what is not published of a partition. */
  async abandon(at: PartitionProgress): Promise<void> {
    const segments = this.of(at);
    this.#partitions.delete(at);
    await segments?.abandon();
  }

  #folder({ topic, partition }: TopicPartition): PartitionFolder {
    const { dir, folderOf } = this.#options;
    return { root: dir, below: `${folderOf(topic)}/${partition}` };
  }
}
