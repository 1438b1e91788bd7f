import { crc32c } from '../checksum.ts';
import { heldMs } from '../timestamp.ts';
import { outcome, type BatchView, type Outcome } from '../batch/batch.ts';
import type { ChunkStamps, ReceivedChunk, SegmentChunk } from '../pool/messages.ts';
import { absenceOf } from './absence.ts';
import { type Layout, pathInLayout } from './layout.ts';
import type { SegmentFile } from './segment-file.ts';
import { type RangeRecord, segmentBase } from './record.ts';

type Absence = RangeRecord['absent'][number][0];

/** The first and the last of a run of offsets. */
export type OffsetRange = readonly [from: number, to: number];

/** Who a segment belongs to, and where it begins. */
export interface SegmentPlace {
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
  readonly behind: RangeRecord['behind'];
  readonly extension: string;
  readonly writer: string;
  /** null: it is one file. */
  readonly layout: Layout | null;
}

/** The only file of a segment without a layout, which is there from its first alert on. */
const OWN_FOLDER = '';

/** A file of a segment, and how many alerts it holds. */
interface Filled {
  readonly file: SegmentFile;
  alerts: number;
}

/** What holds a published segment's alerts: how many files, and their bytes together. */
export type PublishedFiles = Pick<OpenSegment, 'files' | 'bytes'>;

/** A segment that is being filled: its file, or those that `--path` gives it, and the bookkeeping of what it covers. */
export class OpenSegment {
  readonly #place: SegmentPlace;
  readonly #newFile: (head: Uint8Array) => SegmentFile;
  #head: Uint8Array;
  /** By their folders. */
  readonly #files = new Map<string, Filled>();
  /** The list of stamps that became files of their own; null: there are none. */
  #stampList: SegmentFile | null = null;
  #stamps = 0;
  /** Below the output folder: where stamps have new names. */
  readonly stampFolders = new Set<string>();
  readonly #absent: RangeRecord['absent'] = [];
  readonly #several: RangeRecord['several'] = [];
  #next: number;
  #alerts = 0;
  #lastMessage: RangeRecord['lastMessage'] = null;
  #earliestMs = Number.POSITIVE_INFINITY;
  #latestMs = Number.NEGATIVE_INFINITY;

  /** @param head of its files, until an alert says another. */
  constructor(place: SegmentPlace, head: Uint8Array, newFile: (head: Uint8Array) => SegmentFile) {
    this.#place = place;
    this.#head = head;
    this.#next = place.first;
    this.#newFile = newFile;
  }

  /** The offset behind the last one that it covers. */
  get next(): number {
    return this.#next;
  }

  get alerts(): number {
    return this.#alerts;
  }

  /** Bytes of its files, written or not. */
  get bytes(): number {
    let sum = 0;
    for (const { file } of this.#files.values()) sum += file.bytes;
    return sum;
  }

  /** Bytes that wait for being written. */
  get unwritten(): number {
    return this.#allFiles().reduce((sum, { unwritten }) => sum + unwritten, 0);
  }

  /** Whether it covers nothing yet. */
  get empty(): boolean {
    return this.#next === this.#place.first;
  }

  /** Folders that must be synced because its folder was made. */
  get newlyMade(): readonly string[] {
    return this.#allFiles().flatMap(({ newlyMade }) => newlyMade);
  }

  /** How many files it has. */
  get files(): number {
    return this.#files.size;
  }

  /** How many files it will have with this chunk. */
  filesWith({ parts }: SegmentChunk): number {
    return this.#files.size + parts.filter(({ folder }) => !this.#files.has(folder)).length;
  }

  /** Whether it can take the chunk: all its files have one head. */
  takes({ head }: SegmentChunk): boolean {
    return head === null || this.#alerts === 0 || Buffer.compare(head, this.#head) === 0;
  }

  /** What its files begin with, as far as is known. */
  get head(): Uint8Array {
    return this.#head;
  }

  /** Takes over a chunk of a batch. */
  add(view: BatchView, { from, outcomes, alerts, head, parts, stamps, giveBack }: ReceivedChunk): void {
    this.#head = head ?? this.#head;
    outcomes.forEach((result, i) => {
      this.note(view.offset(from + i), result as Outcome, alerts[i] ?? 0);
      this.#noteTime(heldMs(view.timestampMs(from + i)));
    });
    for (const part of parts) {
      const filled = this.#fileIn(part.folder);
      filled.alerts += part.alerts;
      filled.file.head = this.#head;
      filled.file.append(part.bytes, part.checksum, () => {
        giveBack(part);
      });
    }
    if (stamps !== null) this.#list(stamps);
    this.#remember(view, from + outcomes.length - 1);
  }

  /** Waits until all is written; with `sync`, until it is on the disk. @throws the system's error when the disk does not confirm. */
  async complete(sync: boolean): Promise<void> {
    for (const file of this.#allFiles()) await file.complete(sync);
  }

  /** It is not wanted any more: nothing is tried again. */
  giveUp(): void {
    for (const file of this.#allFiles()) file.giveUp();
  }

  /** Throws its files away. */
  async discard(): Promise<void> {
    for (const file of this.#allFiles()) await file.discard();
  }

  /** Covers an offset, and what lies between it and the one before: there the broker has nothing. */
  note(offset: number, result: Outcome, alerts: number): void {
    this.coverTo(offset);
    if (result !== outcome.SAVED && result !== outcome.PENDING)
      this.#addAbsent(absenceOf[result], offset, offset);
    else if (alerts !== 1) this.#several.push([offset, alerts]);
    this.#alerts += alerts;
    this.#next = offset + 1;
  }

  /** Covers the offsets up to before `next`, where the broker has nothing. */
  coverTo(next: number): void {
    if (next <= this.#next) return;
    this.#addAbsent('missing', this.#next, next - 1);
    this.#next = next;
  }

  /** @param expired runs that the broker had no longer: what else it has nothing of are markers and compaction. */
  record(expired: readonly OffsetRange[]): RangeRecord {
    const { topic, partition, first, behind, extension, writer, layout } = this.#place;
    const offsets = { topic, partition, first, last: this.#next - 1, behind, alerts: this.#alerts };
    const rest = {
      absent: this.#absent.flatMap((each) => (each[0] === 'missing' ? splitExpired(each, expired) : [each])),
      several: this.#several,
      ...(this.#earliestMs <= this.#latestMs ? { timestampsMs: this.#timestampsMs } : {}),
      lastMessage: this.#lastMessage,
      writer,
      ...(this.#stampList === null ? {} : { stamps: listed(this.#stampList, this.#stamps) }),
    };
    if (layout === null) {
      const own = this.#files.get(OWN_FOLDER);
      // Without an alert there is no file: an empty one is no gzip, and in Parquet it would hide the columns of a folder that is read as a whole.
      if (own === undefined) return { format: 2, files: [], ...offsets, ...rest };
      const { temporary, bytes, crc32c: checksum } = own.file;
      const segment = `${segmentBase(first)}${extension}`;
      return { format: 1, segment, temporary, ...offsets, bytes, crc32c: checksum, ...rest };
    }
    const files = Array.from(this.#files, ([folder, { file, alerts }]) => ({
      path: pathInLayout(layout, folder, { partition, first, extension }),
      temporary: file.temporary,
      alerts,
      bytes: file.bytes,
      crc32c: file.crc32c,
    }));
    return { format: 2, files, ...offsets, ...rest };
  }

  #fileIn(folder: string): Filled {
    let filled = this.#files.get(folder);
    if (filled === undefined)
      this.#files.set(folder, (filled = { file: this.#newFile(this.#head), alerts: 0 }));
    return filled;
  }

  #allFiles(): SegmentFile[] {
    const files = Array.from(this.#files.values(), ({ file }) => file);
    return this.#stampList === null ? files : [this.#stampList, ...files];
  }

  #list({ lines, checksum, images, folders }: ChunkStamps): void {
    this.#stampList ??= this.#newFile(new Uint8Array(0));
    this.#stampList.append(lines, checksum, () => undefined);
    this.#stamps += images;
    for (const each of folders) this.stampFolders.add(each);
  }

  #addAbsent(why: Absence, from: number, to: number): void {
    const last = this.#absent.at(-1);
    if (last?.[0] === why && last[2] + 1 === from) last[2] = to;
    else this.#absent.push([why, from, to]);
  }

  get #timestampsMs(): [earliest: number, latest: number] {
    return [this.#earliestMs, this.#latestMs];
  }

  /** Negative where Kafka has none. */
  #noteTime(timestampMs: number): void {
    if (timestampMs < 0) return;
    if (timestampMs < this.#earliestMs) this.#earliestMs = timestampMs;
    if (timestampMs > this.#latestMs) this.#latestMs = timestampMs;
  }

  /** By this message the topic is known again. */
  #remember(view: BatchView, index: number): void {
    const { offset, timestampMs, value } = view.message(index);
    this.#lastMessage = {
      ...{ offset, timestampMs: heldMs(timestampMs) },
      ...{ bytes: value.byteLength, crc32c: crc32c(value) },
    };
  }
}

function listed(
  { temporary, bytes, crc32c: checksum }: SegmentFile,
  images: number,
): NonNullable<RangeRecord['stamps']> {
  return { temporary, images, bytes, crc32c: checksum };
}

/** A run of missing offsets, cut where an expired one begins or ends. */
function splitExpired(
  [why, from, to]: RangeRecord['absent'][number],
  expired: readonly OffsetRange[],
): RangeRecord['absent'] {
  const hit = expired.find((range) => range[0] <= to && range[1] >= from);
  if (hit === undefined) return [[why, from, to]];
  const [first, last] = [Math.max(from, hit[0]), Math.min(to, hit[1])];
  return [
    ...(from < first ? splitExpired([why, from, first - 1], expired) : []),
    ['expired', first, last],
    ...(last < to ? splitExpired([why, last + 1, to], expired) : []),
  ];
}
