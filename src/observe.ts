import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { areLoopback } from './loopback.ts';
import { tellWhereNothingIsWanted } from './status/nothing-wanted.ts';
import { showStatus } from './status/status.ts';
import { HealthWatch } from './telemetry/health.ts';
import { History } from './telemetry/history.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import type { BatchTraces } from './tracing/batch-traces.ts';
import { isTracerRegistered, strangeApiVersion } from './tracing/registered.ts';

/** A run that is looked at. */
export interface Observation {
  /** Is told by the flow how it goes. */
  readonly telemetry: Telemetry;
  /** Ends it, with a summary where something was begun. */
  end(): Promise<void>;
}

/**
 * Begins everything that shows how a run goes: the status, the metrics, the page, the traces.
 *
 * @throws ClientError CONFIG where the address of `--metrics` or `--web` cannot be used.
 */
export async function observe(config: Config, log: Log): Promise<Observation> {
  const telemetry = new Telemetry();
  telemetry.traces = await startTraces(config, log);
  const history = new History(telemetry);
  const closeMetrics = await startMetrics(config, telemetry, history, log);
  const closePage = await startPage(config, telemetry, history, log).catch((error: unknown) => {
    closeMetrics();
    throw error;
  });
  const status = showStatus(config, telemetry, history, log);
  const endOfFilters = tellWhereNothingIsWanted(config, telemetry, history, log);
  return {
    telemetry,
    end: async () => {
      status.end();
      endOfFilters();
      history.close();
      closeMetrics();
      closePage();
      await telemetry.traces?.end();
    },
  };
}

/** null: no tracer is registered, and nothing of it is loaded. */
async function startTraces({ broker }: Config, log: Log): Promise<BatchTraces | null> {
  const strange = strangeApiVersion();
  if (strange !== null)
    log.warn(
      `An OpenTelemetry SDK is registered for version ${strange} of @opentelemetry/api, and the client needs 1.9 or a later 1.x: there are no traces.`,
    );
  if (!isTracerRegistered()) return null;
  const { BatchTraces } = await import('./tracing/batch-traces.ts');
  log.info('Traces: each batch is a span of the OpenTelemetry tracer that is registered.');
  return new BatchTraces(broker.replay ? {} : { 'messaging.consumer.group.name': broker.group });
}

/** @returns what ends it. */
async function startMetrics(
  { metrics, stop, output }: Config,
  telemetry: Telemetry,
  history: History,
  log: Log,
): Promise<() => void> {
  if (metrics === null) return () => undefined;
  const segmentAgeMs = output.dir === null || output.form === 'json' ? 0 : output.segments.ageMs;
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

/** @returns what ends it. */
async function startPage(
  config: Config,
  telemetry: Telemetry,
  history: History,
  log: Log,
): Promise<() => void> {
  if (config.web === null) return () => undefined;
  const { startWeb } = await import('./web/web.ts');
  return startWeb(config.web, config, telemetry, history, log);
}
