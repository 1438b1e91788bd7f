import type { TopicPartition } from '../broker/consumer.ts';
import { PartitionNotes } from '../journal/partition-notes.ts';
import type { Work } from '../pool/work.ts';
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
  /** All below it is on the disk, as far as `--durability` promises. */
  durable: number;
  /** All below it was handed to librdkafka for the next commit. */
  stored: number;
  /** All below it the broker has confirmed. */
  committed: number;
  /** Being taken away: nothing new is begun. */
  leaving = false;
  /** When the finished mark last moved, or work began after a pause; for the stall watch. */
  movedAtMs: number = performance.now();
  /** Waiting for something outside (disk space, a registry): why. Such a wait is no stall. */
  waitingFor: string | null = null;

  /**
   * @param start where reading begins.
   * @param committed the group's committed offset, or -1: a start that differs is committed even if no message comes.
   * @param behind how it came to the start.
   */
  constructor(
    { topic, partition }: TopicPartition,
    start: number,
    committed: number,
    behind: 'start' | 'commit' | 'expired' = 'start',
  ) {
    this.topic = topic;
    this.partition = partition;
    this.watermark = new Watermark(start);
    this.notes = new PartitionNotes(start, behind);
    this.durable = start;
    this.stored = committed;
    this.committed = committed;
  }

  /** Where the finished mark stands. */
  get finished(): number {
    return this.watermark.committable;
  }

  /** Brings the marks down again to what is durable: the rest is read and written once more. */
  rewind(): void {
    this.watermark = new Watermark(this.durable);
    this.notes = new PartitionNotes(this.durable, 'journal');
    this.works.clear();
  }
}

/** The name of a partition in maps and in logs. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
