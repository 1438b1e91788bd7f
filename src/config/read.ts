import type { Given } from './given.ts';

/** How much is read at once, and how much may be under way. */
export interface ReadConfig {
  readonly batchSize: number;
  readonly batchBytes: number;
  readonly batchTimeoutMs: number;
  readonly maxInFlightBytes: number;
}

export function readConfig(given: Given): ReadConfig {
  return {
    batchSize: given.value('batch-size'),
    batchBytes: given.value('batch-bytes'),
    batchTimeoutMs: given.value('batch-timeout'),
    maxInFlightBytes: given.value('max-in-flight-bytes'),
  };
}
