import { ClientError } from '../errors.ts';
import type { Given } from './given.ts';

/** The worker threads, and the user's function in them. */
export interface PoolConfig {
  readonly workers: number;
  readonly processFile: string | null;
  readonly processCommand: string | null;
  readonly processTimeoutMs: number;
}

/** @throws ClientError CONFIG */
export function poolConfig(given: Given): PoolConfig {
  checkHook(given);
  return {
    workers: given.value('workers'),
    processFile: given.path('process'),
    processCommand: given.optional('process-command'),
    processTimeoutMs: given.value('process-timeout'),
  };
}

function checkHook(given: Given): void {
  const { process: file, 'process-command': command } = given.values;
  if (file !== undefined && command !== undefined)
    throw new ClientError('CONFIG', '--process and --process-command exclude each other.');
}
