import { ClientError } from '../errors.ts';
import type { Given } from './given.ts';

/** Where a run ends, and how long it waits for others. */
export interface StopConfig {
  readonly limit: number | null;
  readonly untilEnd: boolean;
  /** `--stop-at`, milliseconds since 1970. */
  readonly stopAtMs: number | null;
  readonly connectTimeoutMs: number | null;
  readonly shutdownTimeoutMs: number;
  readonly stallTimeoutMs: number;
}

/** @throws ClientError CONFIG */
export function stopConfig(given: Given): StopConfig {
  const untilEnd = given.value('until-end');
  const stopAtMs = given.optional('stop-at');
  if (untilEnd && stopAtMs !== null)
    throw new ClientError('CONFIG', '--until-end and --stop-at exclude each other: both say where to stop.');
  return {
    limit: given.optional('limit'),
    untilEnd,
    stopAtMs,
    connectTimeoutMs: given.optional('connect-timeout'),
    shutdownTimeoutMs: given.value('shutdown-timeout'),
    stallTimeoutMs: given.value('stall-timeout'),
  };
}
