import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { areLoopback } from './loopback.ts';
import { showStatus } from './status/status.ts';
import { HealthWatch } from './telemetry/health.ts';
import { History } from './telemetry/history.ts';
import { Telemetry } from './telemetry/telemetry.ts';

/** A run that is looked at. */
export interface Observation {
  /** Is told by the flow how it goes. */
  readonly telemetry: Telemetry;
  /** Ends it, with a summary where something was begun. */
  end(): void;
}

/**
 * Begins everything that shows how a run goes: the status, the metrics.
 *
 * @throws ClientError CONFIG where the address of `--metrics` cannot be used.
 */
export async function observe(config: Config, log: Log): Promise<Observation> {
  const telemetry = new Telemetry();
  const history = new History(telemetry);
  const closeMetrics = await startMetrics(config, telemetry, history, log);
  const status = showStatus(config, telemetry, history, log);
  return {
    telemetry,
    end: () => {
      status.end();
      history.close();
      closeMetrics();
    },
  };
}

/** @returns what ends it. */
async function startMetrics(
  { metrics, stop, output }: Config,
  telemetry: Telemetry,
  history: History,
  log: Log,
): Promise<() => void> {
  if (metrics === null) return () => undefined;
  const segmentAgeMs = output.form === 'json' ? 0 : output.segments.ageMs;
  const health = new HealthWatch(telemetry, history, stop.stallTimeoutMs, segmentAgeMs);
  // Loaded late: most runs are without.
  const { metricsOf } = await import('./metrics/metrics.ts');
  const { serveMetrics } = await import('./metrics/server.ts');
  const server = await serveMetrics(metrics, metricsOf(telemetry, history, health), health);
  const { host } = new URL(server.url);
  log.info(`Metrics: ${server.url}/metrics, and /healthz and /readyz.`);
  if (!areLoopback(host)) log.warn(`Everybody who reaches ${host} can read the metrics.`);
  return () => {
    server.close();
  };
}
