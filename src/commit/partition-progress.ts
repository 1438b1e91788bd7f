import type { TopicPartition } from '../broker/consumer.ts';
import type { KnownMessage, StartPosition } from '../broker/start-position.ts';
import { PartitionNotes } from '../journal/partition-notes.ts';
import type { Wait, Work } from '../pool/work.ts';
import { SavedRuns } from './saved-runs.ts';
import { type OpenRange, Watermark } from './watermark.ts';

/**
 * One assigned partition, from the moment it is given to us until it is taken away. A partition that comes back gets a new one: results
 * that belong to an old one find no place to go.
 *
 * An offset passes these marks in order: read (`watermark.position`), finished (`watermark.committable`), durable,
 * stored, committed.
 */
export class PartitionProgress implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  watermark: Watermark;
  /** What the journal has still to be told. */
  notes: PartitionNotes;
  readonly works = new Map<Work, OpenRange>();
  /** What counts as saved and is not durable. */
  readonly saved: SavedRuns = new SavedRuns();
  /** All below it is on the disk, as far as `--durability` promises. */
  durable: number;
  /** All below it was handed to librdkafka for the next commit. */
  stored: number;
  /** All below it the broker has confirmed. */
  committed: number;
  /** Being taken away: nothing new is begun. */
  leaving = false;
  /** What is not durable is being thrown away, to be read again: until then nothing is begun. */
  rewinding = false;
  /** Offsets seem to be missing behind the watermark's position: they are looked for once more. */
  doubt: 'looking' | 'looked' | 'damaged' | null = null;
  /** When the finished mark last moved, or work began after a pause; for the stall watch. */
  movedAtMs: number = performance.now();
  readonly start: number;
  /** How reading came to begin there. */
  readonly behind: StartPosition['behind'];
  /** Until this message was seen, nobody knows whether the topic is still the one that was saved; so nothing is committed. */
  known: KnownMessage | null;
  /** The last message that was read: by it the topic is known again where the broker sets reading back. */
  lastRead: KnownMessage | null = null;
  /** The topic is another one than what was read or saved: nothing of it is taken or committed any more. */
  isOther = false;
  /** What its segment waits for. */
  segmentWait: Wait | null = null;

  /** A start that differs from what the group has committed is committed even if no message comes. */
  constructor({ topic, partition, offset, committed, behind, known = null }: StartPosition) {
    this.topic = topic;
    this.partition = partition;
    this.start = offset;
    this.behind = behind;
    this.known = known;
    this.watermark = new Watermark(offset);
    this.notes = new PartitionNotes(offset, behind === 'segment' ? 'journal' : behind);
    this.durable = offset;
    this.stored = committed;
    this.committed = committed;
  }

  /** What outside it waits for: its segment, or the first of its batches that does; null: nothing. */
  get wait(): Wait | null {
    if (this.segmentWait !== null) return this.segmentWait;
    for (const { wait } of this.works.keys()) if (wait !== null) return wait;
    return null;
  }

  /** It waits for something that may come: that is no stall. */
  get isExcused(): boolean {
    return this.wait?.mayCome === true;
  }

  /** Where the finished mark stands. */
  get finished(): number {
    return this.watermark.committable;
  }

  /** Alerts that count as saved and wait for a message before them: without it they are thrown away. */
  get savedBehind(): number {
    return this.saved.from(this.finished + 1);
  }

  /** As far as anybody can tell, the topic is the one that was saved. */
  get isSameTopic(): boolean {
    return this.known === null && !this.isOther;
  }

  /** What is durable and may be committed is not yet. */
  get isOwing(): boolean {
    return this.isSameTopic && this.committed < this.durable;
  }

  /** All below this offset is finished, and it is of the topic that was saved. */
  isDoneUpTo(end: number): boolean {
    return this.isSameTopic && this.finished >= end;
  }

  /** Brings the marks down again to what is durable: the rest is read and written once more. */
  rewind(): void {
    this.watermark = new Watermark(this.durable);
    this.notes = this.notes.again(this.durable);
    this.works.clear();
    this.segmentWait = null;
    this.doubt = null;
    // It comes again, and must not be taken for known before it has.
    if (this.lastRead !== null && this.lastRead.offset >= this.durable) this.lastRead = null;
  }
}

/** The name of a partition in maps and in logs. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
