import type { Config } from '../config.ts';
import type { History, Sample } from '../telemetry/history.ts';
import { courseOf, type Rates, ratesOf } from '../telemetry/rates.ts';
import type { PartitionState, Telemetry } from '../telemetry/telemetry.ts';
import { stripPrefix } from '../topic-name.ts';

/** How long the lag is looked at, to tell when it will be gone. */
const TREND_SAMPLES = 15;
const COURSE_SAMPLES = 60;

/** One topic, or all together, as a person wants to see it. */
export interface TopicView {
  readonly name: string;
  readonly rates: Rates;
  readonly savedAlerts: number;
  readonly filteredAlerts: number;
  /** Dead letters, and bad messages that were skipped. */
  readonly badMessages: number;
  /** null: not known. */
  readonly lag: number | null;
  /** Until the lag is gone; null: not known, or it grows. */
  readonly catchUpMs: number | null;
  /** The committed offset; of several partitions their sum, which grows alike. null: none. */
  readonly committed: number | null;
  /** Messages finished a second, second by second, the latest last. */
  readonly course: readonly number[];
}

/** How much of what was asked for is done. */
export interface Progress {
  readonly done: number;
  readonly goal: number;
  readonly what: 'alerts' | 'messages';
  /** null: not known. */
  readonly leftMs: number | null;
}

/** Everything that the status shows. */
export interface StatusView {
  readonly topics: readonly TopicView[];
  readonly all: TopicView;
  /** Alerts that count as saved only would be. */
  readonly isDryRun: boolean;
  readonly isConnected: boolean;
  readonly isAssigned: boolean;
  /** It has been assigned no partition. */
  readonly isIdle: boolean;
  readonly bytesInFlight: number;
  readonly maxInFlightBytes: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
  /** From 0 to 1; null: not known. */
  readonly workerUse: number | null;
  /** `--until-end` or `--limit`; null: neither. */
  readonly progress: Progress | null;
  /** What is waited for outside, one sentence each. */
  readonly waits: readonly string[];
  readonly ranMs: number;
}

/** Looks at a run. */
export function viewOf(config: Config, telemetry: Telemetry, { samples, last }: History): StatusView {
  const states = telemetry.partitions();
  const names = new Set(
    [...states, ...telemetry.counts.values()].map(({ topic }) => topic).sort((a, b) => a.localeCompare(b)),
  );
  const ranMs = performance.now() - (telemetry.startedMs ?? performance.now());
  const all = topicView(telemetry, samples, states, undefined, 'all');
  const isAssigned = telemetry.running?.isAssigned() ?? false;
  return {
    topics: [...names].map((topic) =>
      topicView(telemetry, samples, states, topic, stripPrefix(topic, config.topics.prefix)),
    ),
    all,
    isDryRun: config.dryRun,
    isConnected: telemetry.startedMs !== null,
    isAssigned,
    isIdle: isAssigned && states.length === 0,
    bytesInFlight: telemetry.running?.bytesInFlight() ?? 0,
    maxInFlightBytes: config.read.maxInFlightBytes,
    latencyMs: config.dryRun ? null : lastLatency(samples),
    workerUse: last === undefined || last.workerUse.length === 0 ? null : mean(last.workerUse),
    progress: progressOf(config, states, all, ranMs),
    waits: states.flatMap(({ topic, partition, waitingFor }) =>
      waitingFor === null ? [] : [`${topic}/${partition} waits for ${waitingFor}`],
    ),
    ranMs,
  };
}

function topicView(
  telemetry: Telemetry,
  samples: readonly Sample[],
  states: readonly PartitionState[],
  topic: string | undefined,
  name: string,
): TopicView {
  const own = states.filter((state) => topic === undefined || state.topic === topic);
  const counts = telemetry.total(topic);
  const lags = own.map(({ lag }) => lag);
  const lag = own.length === 0 || lags.includes(null) ? null : sum(lags.map((each) => each ?? 0));
  const committed = own.flatMap((state) => state.committed ?? []);
  return {
    name,
    rates: ratesOf(samples, topic),
    savedAlerts: counts.keptAlerts,
    filteredAlerts: counts.filteredAlerts,
    badMessages: counts.deadLetters + counts.skippedMessages,
    lag,
    catchUpMs: lag === null ? null : catchUpMs(samples, topic, lag),
    committed: committed.length === 0 ? null : sum(committed),
    course: topic === undefined ? [] : courseOf(samples, topic, COURSE_SAMPLES),
  };
}

function catchUpMs(samples: readonly Sample[], topic: string | undefined, lag: number): number | null {
  if (lag === 0) return 0;
  const lagAt = ({ topics }: Sample): number | null => {
    const lags = topic === undefined ? [...topics.values()] : [topics.get(topic) ?? { lag: null }];
    // Before partitions are assigned there is no topic; that is not a lag of 0.
    const isKnown = lags.length > 0 && lags.every((each) => each.lag !== null);
    return isKnown ? sum(lags.map((each) => each.lag ?? 0)) : null;
  };
  const recent = samples.slice(-TREND_SAMPLES);
  const first = recent.find((sample) => lagAt(sample) !== null);
  if (first === undefined) return null;
  const tookMs = performance.now() - first.atMs;
  const gone = (lagAt(first) ?? 0) - lag;
  return gone > 0 ? (lag / gone) * tookMs : null;
}

function progressOf(
  config: Config,
  states: readonly PartitionState[],
  all: TopicView,
  ranMs: number,
): Progress | null {
  const { limit, untilEnd } = config.stop;
  const candidates: Progress[] = [];
  if (limit !== null) candidates.push(progress(Math.min(all.savedAlerts, limit), limit, 'alerts', ranMs));
  const ending = states.flatMap(({ start, finished, goal, waitingFor }) =>
    goal === null || goal <= start ? [] : [{ start, finished, goal, waitingFor }],
  );
  if (untilEnd && ending.length > 0) {
    const done = sum(ending.map(({ start, finished, goal }) => Math.min(finished, goal) - start));
    const goal = sum(ending.map((each) => each.goal - each.start));
    const messages = progress(done, goal, 'messages', ranMs);
    // Nobody knows how long a partition will wait.
    candidates.push(
      ending.some(({ waitingFor }) => waitingFor !== null) ? { ...messages, leftMs: null } : messages,
    );
  }
  // The one that will end it.
  return candidates.sort((a, b) => b.done / b.goal - a.done / a.goal)[0] ?? null;
}

/** The rate of the whole run, since that of the last seconds jumps. */
function progress(done: number, goal: number, what: Progress['what'], ranMs: number): Progress {
  return { done, goal, what, leftMs: done > 0 ? ((goal - done) / done) * ranMs : null };
}

/** Segments become durable once a minute. */
function lastLatency(samples: readonly Sample[]): StatusView['latencyMs'] {
  return samples.findLast(({ latencyMs }) => latencyMs !== null)?.latencyMs ?? null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
