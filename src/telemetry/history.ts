import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Telemetry } from './telemetry.ts';

const SAMPLE_MS = 1_000;
const KEPT_SAMPLES = 300;

/** What one topic did in a second. */
export interface TopicSample {
  readonly savedAlerts: number;
  readonly finishedMessages: number;
  readonly readBytes: number;
  /** null: not known. */
  readonly lag: number | null;
}

/** One second of a run. Counts are those of this second. */
export interface Sample {
  /** When it ended, on the clock of `performance.now()`. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly topics: ReadonlyMap<string, TopicSample>;
  readonly bytesInFlight: number;
  /** From 0 to 1, one each worker. */
  readonly workerUse: readonly number[];
  /** null: nothing became durable. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
  readonly eventLoopDelayMs: { readonly p99: number; readonly max: number };
}

/** The last five minutes of a run, second by second. */
export class History {
  readonly samples: Sample[] = [];
  readonly #telemetry: Telemetry;
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 });
  readonly #timer: NodeJS.Timeout;
  readonly #listeners = new Set<(sample: Sample) => void>();
  #before = new Map<string, Omit<TopicSample, 'lag'>>();
  #latencyMark: Float64Array;
  #atMs: number;

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
    this.#latencyMark = telemetry.latencyMs.mark();
    this.#atMs = performance.now();
    this.#delay.enable();
    this.#timer = setInterval(() => {
      this.#sample();
    }, SAMPLE_MS).unref();
  }

  get last(): Sample | undefined {
    return this.samples.at(-1);
  }

  /** @returns what ends it. */
  onSample(listener: (sample: Sample) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  #sample(): void {
    const nowMs = performance.now();
    const { latencyMs: latency, running } = this.#telemetry;
    const [p50, p99] = [0.5, 0.99].map((share) => latency.quantile(share, this.#latencyMark));
    this.#latencyMark = latency.mark();
    const sample: Sample = {
      atMs: nowMs,
      tookMs: nowMs - this.#atMs,
      topics: this.#topics(),
      bytesInFlight: running?.bytesInFlight() ?? 0,
      workerUse: running?.workerUse() ?? [],
      latencyMs: typeof p50 === 'number' && typeof p99 === 'number' ? { p50, p99 } : null,
      eventLoopDelayMs: { p99: this.#delay.percentile(99) / 1e6, max: this.#delay.max / 1e6 },
    };
    this.#delay.reset();
    this.#atMs = nowMs;
    this.samples.push(sample);
    if (this.samples.length > KEPT_SAMPLES) this.samples.shift();
    for (const listener of this.#listeners) listener(sample);
  }

  #topics(): Map<string, TopicSample> {
    const lags = new Map<string, number | null>();
    for (const { topic, lag } of this.#telemetry.partitions()) {
      const before = lags.get(topic);
      lags.set(topic, before === null || lag === null ? null : (before ?? 0) + lag);
    }
    const names = new Set([
      ...lags.keys(),
      ...[...this.#telemetry.counts.values()].map(({ topic }) => topic),
    ]);
    const now = new Map([...names].map((topic) => [topic, this.#telemetry.total(topic)]));
    const before = this.#before;
    this.#before = now;
    return new Map(
      [...now].map(([topic, counts]) => [
        topic,
        {
          savedAlerts: counts.savedAlerts - (before.get(topic)?.savedAlerts ?? 0),
          finishedMessages: counts.finishedMessages - (before.get(topic)?.finishedMessages ?? 0),
          readBytes: counts.readBytes - (before.get(topic)?.readBytes ?? 0),
          lag: lags.get(topic) ?? null,
        },
      ]),
    );
  }
}
