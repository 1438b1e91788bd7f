import { collectDefaultMetrics, Counter, Gauge, type Metric, Registry } from 'prom-client';
import type { TopicPartition } from '../broker/consumer.ts';
import type { Counts } from '../telemetry/counts.ts';
import type { HealthWatch } from '../telemetry/health.ts';
import type { History } from '../telemetry/history.ts';
import type { Histogram } from '../telemetry/histogram.ts';
import { type PartitionState, stages, type Telemetry } from '../telemetry/telemetry.ts';
import { version } from '../version.ts';
import { brokerMetrics } from './broker-metrics.ts';

/** Labels and a number. */
export type Value = readonly [labels: Readonly<Record<string, string | number>>, value: number];

const PREFIX = 'antares_client_';
const PARTITION = ['topic', 'partition'];

/** What is counted a partition: name, help, where it stands. */
const counted: readonly (readonly [string, string, (counts: Counts) => number])[] = [
  ['read_messages_total', 'Messages read from the broker', ({ readMessages }) => readMessages],
  ['read_bytes_total', 'Bytes of their values', ({ readBytes }) => readBytes],
  ['finished_messages_total', 'Messages with nothing left to do', (counts) => counts.finishedMessages],
  ['saved_alerts_total', 'Alerts saved', ({ savedAlerts }) => savedAlerts],
  ['saved_bytes_total', 'Their bytes, before compression', ({ savedBytes }) => savedBytes],
  ['filtered_alerts_total', 'Alerts that processAlert did not want', ({ filteredAlerts }) => filteredAlerts],
  ['dead_letters_total', 'Messages kept as dead letters', ({ deadLetters }) => deadLetters],
  ['skipped_messages_total', 'Bad messages dropped', ({ skippedMessages }) => skippedMessages],
  ['tombstones_total', 'Messages without a value', ({ tombstones }) => tombstones],
  ['published_segments_total', 'Segments published', ({ segments }) => segments],
];

const stands: readonly (readonly [string, string, (state: PartitionState) => number | null])[] = [
  ['lag_messages', 'Messages that the broker has and the client has not read', ({ unread }) => unread],
  ['position_offset', 'Offset that is read next', ({ position }) => position],
  ['durable_offset', 'Offset below which everything is on the disk', ({ durable }) => durable],
  ['committed_offset', 'Offset that the broker has confirmed', ({ committed }) => committed],
  ['end_offset', 'Offset behind the last message of the broker', ({ end }) => end],
];

/** A registry that looks at a run whenever it is asked. */
export function metricsOf(telemetry: Telemetry, history: History, health: HealthWatch): Registry {
  const registry = new Registry();
  const counter = (name: string, help: string, labelNames: string[], read: () => readonly Value[]): void => {
    new Counter({
      ...{ name: PREFIX + name, help, labelNames, registers: [registry] },
      collect(): void {
        this.reset();
        for (const [labels, value] of read()) this.inc({ ...labels }, value);
      },
    });
  };
  const gauge = (name: string, help: string, labelNames: string[], read: () => readonly Value[]): void => {
    new Gauge({
      ...{ name: PREFIX + name, help, labelNames, registers: [registry] },
      collect(): void {
        this.reset();
        for (const [labels, value] of read()) this.set({ ...labels }, value);
      },
    });
  };
  for (const [name, help, read] of counted)
    counter(name, help, PARTITION, () =>
      [...telemetry.counts.values()].map((counts) => [place(counts), read(counts)]),
    );
  for (const [name, help, read] of stands)
    gauge(name, help, PARTITION, () =>
      telemetry.partitions().flatMap((state): Value[] => {
        const value = read(state);
        return value === null ? [] : [[place(state), value]];
      }),
    );
  counter('failed_messages_total', 'Messages that could not be saved, by what was wrong', ['code'], () =>
    [...telemetry.failures].map(([code, count]) => [{ code }, count]),
  );
  counter('lost_offsets_total', 'Offsets that had expired before they could be read', [], () => [
    [{}, telemetry.lostOffsets],
  ]);
  gauge('in_flight_bytes', 'Bytes read and not saved', [], () => [
    [{}, telemetry.running?.bytesInFlight() ?? 0],
  ]);
  gauge('worker_utilization_ratio', 'Share of the last second that a worker was busy', ['worker'], () =>
    (history.last?.workerUse ?? []).map((use, worker) => [{ worker }, use]),
  );
  gauge('ready', '1 where /readyz says so', [], () => [[{}, health.now().unready.length === 0 ? 1 : 0]]);
  gauge('healthy', '1 where /healthz says so', [], () => [[{}, health.now().unhealthy.length === 0 ? 1 : 0]]);
  gauge('build_info', 'The version', ['version'], () => [[{ version }, 1]]);

  const histogram = histogramsOf(registry);
  histogram('latency_seconds', "From a message's Kafka timestamp until it is durable", [
    [{}, telemetry.latencyMs, 1e-3],
  ]);
  histogram('batch_messages', 'Messages of a batch', [[{}, telemetry.batchMessages, 1]]);
  histogram('batch_bytes', 'Bytes of a batch', [[{}, telemetry.batchBytes, 1]]);
  histogram(
    'stage_duration_seconds',
    'How long a batch took in a stage; sync, publish and commit: of all that was waiting',
    stages.map((stage) => [{ stage }, telemetry.stageMs[stage], 1e-3]),
  );
  brokerMetrics(telemetry, counter, gauge);
  collectDefaultMetrics({ register: registry });
  // Names that Prometheus keeps for counters; and they list every handle at each scrape.
  for (const name of ['active_handles', 'active_requests', 'active_resources'])
    for (const suffix of ['', '_total']) registry.removeSingleMetric(`nodejs_${name}${suffix}`);
  return registry;
}

function place({ topic, partition }: TopicPartition): Readonly<Record<string, string | number>> {
  return { topic, partition };
}

/** How a histogram of ours is shown: its labels, itself, and what its unit is in the metric's. */
type Shown = readonly [labels: Readonly<Record<string, string>>, histogram: Histogram, unit: number];

/** prom-client's own histograms take one value at a time. What a registry asks of a metric is only {@link Metric.get}. */
function histogramsOf(registry: Registry): (name: string, help: string, shown: readonly Shown[]) => void {
  return (shortName, help, shown) => {
    const name = PREFIX + shortName;
    const get = (): Promise<unknown> => {
      const values = shown.flatMap(([labels, histogram, unit]) => [
        ...histogram.cumulative().map(({ bound, count }) => ({
          ...{ metricName: `${name}_bucket`, value: count },
          labels: { ...labels, le: Number((bound * unit).toPrecision(6)) },
        })),
        { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: histogram.count },
        { metricName: `${name}_sum`, labels, value: histogram.sum * unit },
        { metricName: `${name}_count`, labels, value: histogram.count },
      ]);
      return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
    };
    registry.registerMetric({ name, help, type: 'histogram', get } as unknown as Metric);
  };
}
