import { crc32c } from '../checksum.ts';
import { outcome, type BatchView, type Outcome } from '../batch/batch.ts';
import type { SegmentChunk } from '../pool/messages.ts';
import type { SegmentFile } from './segment-file.ts';
import { segmentBase, type SegmentRecord } from './record.ts';

type Absence = SegmentRecord['absent'][number][0];

const absenceOf: ReadonlyMap<Outcome, Absence> = new Map([
  [outcome.FILTERED, 'filtered'],
  [outcome.DEAD, 'dead'],
  [outcome.SKIPPED, 'skipped'],
  [outcome.TOMBSTONE, 'tombstone'],
]);

/** Who a segment belongs to, and where it begins. */
export interface SegmentPlace {
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
  readonly behind: SegmentRecord['behind'];
  readonly extension: string;
  readonly writer: string;
}

/** A segment that is being filled: its file, and the bookkeeping of what it covers. */
export class OpenSegment {
  readonly file: SegmentFile;
  readonly #place: SegmentPlace;
  readonly #absent: SegmentRecord['absent'] = [];
  readonly #several: SegmentRecord['several'] = [];
  #next: number;
  #alerts = 0;
  #lastMessage: SegmentRecord['lastMessage'] = null;

  constructor(place: SegmentPlace, file: SegmentFile) {
    this.#place = place;
    this.#next = place.first;
    this.file = file;
  }

  /** The offset behind the last one that it covers. */
  get next(): number {
    return this.#next;
  }

  get alerts(): number {
    return this.#alerts;
  }

  /** Whether it covers nothing yet. */
  get empty(): boolean {
    return this.#next === this.#place.first;
  }

  /** Takes over a chunk of a batch. */
  add(view: BatchView, { from, outcomes, alerts, bytes }: SegmentChunk): void {
    outcomes.forEach((result, i) => {
      this.note(view.offset(from + i), result as Outcome, alerts[i] ?? 0);
    });
    if (bytes.byteLength > 0) this.file.append(bytes);
    this.#remember(view, from + outcomes.length - 1);
  }

  /** Covers an offset, and what lies between it and the one before: there the broker has nothing. */
  note(offset: number, result: Outcome, alerts: number): void {
    this.coverTo(offset);
    const why = absenceOf.get(result);
    if (why !== undefined) this.#addAbsent(why, offset, offset);
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

  record(): SegmentRecord {
    const { topic, partition, first, behind, extension, writer } = this.#place;
    return {
      format: 1,
      segment: `${segmentBase(first)}${extension}`,
      temporary: this.file.temporary,
      topic,
      partition,
      first,
      last: this.#next - 1,
      behind,
      alerts: this.#alerts,
      bytes: this.file.bytes,
      crc32c: this.file.crc32c,
      absent: this.#absent,
      several: this.#several,
      lastMessage: this.#lastMessage,
      writer,
    };
  }

  #addAbsent(why: Absence, from: number, to: number): void {
    const last = this.#absent.at(-1);
    if (last?.[0] === why && last[2] + 1 === from) last[2] = to;
    else this.#absent.push([why, from, to]);
  }

  /** By this message the topic is known again. */
  #remember(view: BatchView, index: number): void {
    const { offset, timestampMs, value } = view.message(index);
    this.#lastMessage = { offset, timestampMs, bytes: value.byteLength, crc32c: crc32c(value) };
  }
}
