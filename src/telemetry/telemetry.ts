import type { TopicPartition } from '../broker/consumer.ts';
import { type PartitionProgress, partitionKey } from '../commit/partition-progress.ts';
import type { BatchReport } from '../pool/messages.ts';
import type { Work } from '../pool/work.ts';
import type { PublishedFiles } from '../segment/open-segment.ts';
import type { BatchTraces } from '../tracing/batch-traces.ts';
import { Counts } from './counts.ts';
import type { Glimpses } from './glimpses.ts';
import { Histogram } from './histogram.ts';
import { Waiting } from './waiting.ts';

/** Where the time of a batch goes. `process` is decoding, the hook and encoding; `write` and `sync` what files cost; `publish` a segment. */
export const stages = ['read', 'process', 'write', 'sync', 'publish', 'commit'] as const;

/** One of {@link stages}. */
export type Stage = (typeof stages)[number];

/** The parts of a running flow that are looked at from time to time, not counted. */
export interface Running {
  /** The assigned partitions, by {@link partitionKey}. */
  readonly partitions: ReadonlyMap<string, PartitionProgress>;
  /** Whether the group has given us our partitions, be it none. */
  readonly isAssigned: () => boolean;
  /** Whether anything is ever committed. */
  readonly commits: boolean;
  readonly bytesInFlight: () => number;
  /** How busy each worker was since it was asked last, from 0 to 1. */
  readonly workerUse: () => readonly number[];
  /** The offset behind the last message that the broker is known to have; null: not known yet. */
  readonly endOf: (at: TopicPartition) => number | null;
  /** Where `--until-end` ends; null: nowhere. */
  readonly goalOf: (at: TopicPartition) => number | null;
  /** Whether librdkafka has answered within this time. */
  readonly isAlive: (withinMs: number) => boolean;
}

/** A partition as it stands now. Offsets are those that come next. */
export interface PartitionState extends TopicPartition {
  readonly start: number;
  readonly position: number;
  readonly finished: number;
  readonly durable: number;
  /** null: nothing is committed. */
  readonly committed: number | null;
  /** null: not known yet. */
  readonly end: number | null;
  /** Messages that the broker has and we have not read; null: not known yet. */
  readonly unread: number | null;
  /** Those, and the ones that are read and not finished; null: not known yet. */
  readonly lag: number | null;
  /** Where `--until-end` ends. */
  readonly goal: number | null;
  /** What outside it waits for, such as disk space. */
  readonly waitingFor: string | null;
}

/**
 * What a run counts, for everybody who shows it: the status on the terminal, the summary, the metrics. The flow tells it a few
 * things a batch, never one an alert.
 */
export class Telemetry {
  /** When the flow began, on the clock of `performance.now()`; null: not yet. */
  startedMs: number | null = null;
  /** Since the start, by {@link partitionKey}; also of partitions that others read now. */
  readonly counts = new Map<string, Counts & TopicPartition>();
  /** Failed messages by the code of what was wrong. */
  readonly failures = new Map<string, number>();
  /** Offsets that had expired before they could be read. */
  lostOffsets = 0;
  readonly batchMessages: Histogram = new Histogram(1, 17);
  readonly batchBytes: Histogram = new Histogram(1024, 17);
  /** From Kafka's timestamp of a message until it is durable: 1 ms to 37 hours. */
  readonly latencyMs: Histogram = new Histogram(1, 27);
  readonly stageMs: Readonly<Record<Stage, Histogram>> = {
    read: stageHistogram(),
    process: stageHistogram(),
    write: stageHistogram(),
    sync: stageHistogram(),
    publish: stageHistogram(),
    commit: stageHistogram(),
  };
  /** librdkafka's last statistics, JSON; null where nobody asked for them. */
  brokerStatistics: string | null = null;
  /** null: nobody can look at alerts. */
  glimpses: Glimpses | null = null;
  /** null: nobody wants them. */
  traces: BatchTraces | null = null;
  #running: Running | null = null;
  readonly #waiting = new WeakMap<PartitionProgress, Waiting>();

  /** null: not yet, or no more. */
  get running(): Running | null {
    return this.#running;
  }

  /** The flow is there; null: it has ended. */
  watch(running: Running | null): void {
    if (running !== null) this.startedMs ??= performance.now();
    this.#running = running;
  }

  /** A batch of this partition was read. */
  begun(work: Work, at: PartitionProgress): void {
    const { view } = work;
    this.traces?.begun(work, at);
    const counts = this.of(at);
    const bytesBefore = counts.readBytes;
    counts.read(view);
    this.batchMessages.record(view.batch.count);
    this.batchBytes.record(counts.readBytes - bytesBefore);
    let waiting = this.#waiting.get(at);
    if (waiting === undefined) this.#waiting.set(at, (waiting = new Waiting()));
    waiting.add(view, Date.now());
  }

  /** A worker brought a batch back. @returns how many alerts were saved that were not counted before. */
  finished(work: Work, report: BatchReport, at: PartitionProgress): number {
    for (const { code } of report.failures) this.failures.set(code, (this.failures.get(code) ?? 0) + 1);
    if (report.times !== null) {
      const { processMs, writeMs, syncMs } = report.times;
      this.stageMs.process.record(processMs);
      if (writeMs > 0) this.stageMs.write.record(writeMs);
      if (syncMs > 0) this.stageMs.sync.record(syncMs);
    }
    const savedAlerts = this.of(at).finish(work, report, at.saved);
    this.traces?.worked(work, at, report, savedAlerts);
    return savedAlerts;
  }

  /** The partition's durable mark has risen. */
  durable(at: PartitionProgress): void {
    this.#waiting.get(at)?.durable(at.durable, Date.now(), this.latencyMs);
    this.traces?.moved(at);
  }

  /** The partition's committed mark has risen. */
  committed(at: PartitionProgress): void {
    this.traces?.moved(at);
  }

  /** Offsets from one on were not committed, and will not be, or only when they were read again. */
  givenUp(at: PartitionProgress, from: number): void {
    this.traces?.givenUp(at, from);
  }

  /** A segment was published. */
  published(at: PartitionProgress, { files, bytes }: PublishedFiles, tookMs: number): void {
    const counts = this.of(at);
    counts.segments += 1;
    counts.segmentFiles += files;
    counts.segmentBytes += bytes;
    this.stageMs.publish.record(tookMs);
  }

  took(stage: Stage, ms: number): void {
    this.stageMs[stage].record(ms);
  }

  /** The counts of a partition. */
  of({ topic, partition }: TopicPartition): Counts {
    const key = partitionKey({ topic, partition });
    let counts = this.counts.get(key);
    if (counts === undefined)
      this.counts.set(key, (counts = Object.assign(new Counts(), { topic, partition })));
    return counts;
  }

  /** All partitions together, or those of one topic. */
  total(topic?: string): Counts {
    const total = new Counts();
    for (const counts of this.counts.values())
      if (topic === undefined || counts.topic === topic) total.add(counts);
    return total;
  }

  /** The assigned partitions as they stand now. */
  partitions(): PartitionState[] {
    const running = this.#running;
    if (running === null) return [];
    return [...running.partitions.values()].map((at) => {
      const { topic, partition, start, finished, durable, committed } = at;
      const waitingFor = at.wait?.what ?? null;
      const { position } = at.watermark;
      const end = running.endOf(at);
      const unread = end === null ? null : Math.max(0, end - position);
      const lag = end === null ? null : Math.max(0, end - finished);
      const goal = running.goalOf(at);
      return {
        ...{ topic, partition, start, position, finished, durable, end, unread, lag, goal, waitingFor },
        committed: committed < 0 || !running.commits ? null : committed,
      };
    });
  }
}

/** 0.1 ms to 2 minutes. */
function stageHistogram(): Histogram {
  return new Histogram(0.1, 20);
}
