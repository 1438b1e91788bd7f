import type { Sample } from '../telemetry/history.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Pulse, Totals } from './messages.ts';

/** One second of the run, all topics together. */
export function pulseOf(sample: Sample): Pulse {
  let [saved, bytes] = [0, 0];
  let lag: number | null = 0;
  for (const topic of sample.topics.values()) {
    saved += topic.savedAlerts;
    bytes += topic.readBytes;
    lag = lag === null || topic.lag === null ? null : lag + topic.lag;
  }
  const seconds = sample.tookMs / 1000;
  return {
    timeMs: Math.round(Date.now() - (performance.now() - sample.atMs)),
    alertsPerSecond: saved / seconds,
    bytesPerSecond: bytes / seconds,
    lag: sample.topics.size === 0 ? null : lag,
    latencyMs: sample.latencyMs,
    bytesInFlight: sample.bytesInFlight,
    workerUse: sample.workerUse,
  };
}

/** What there is since the start. */
export function totalsOf(telemetry: Telemetry): Totals {
  const { savedAlerts, filteredAlerts, deadLetters, skippedMessages } = telemetry.total();
  return { savedAlerts, filteredAlerts, deadLetters, skippedMessages, waits: waitsOf(telemetry) };
}

function waitsOf(telemetry: Telemetry): string[] {
  const { running } = telemetry;
  if (running === null) return ['It is not connected to the broker.'];
  if (!running.isAssigned())
    return [
      'The group has not given it its partitions yet: a member that is gone counts until its session ends.',
    ];
  return telemetry
    .partitions()
    .flatMap(({ topic, partition, waitingFor }) =>
      waitingFor === null ? [] : [`${topic}/${partition} waits for ${waitingFor}.`],
    );
}
