import { ClientError } from '../errors.ts';
import type { Given } from './given.ts';

export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn';
  readonly format: 'pretty' | 'json';
}

/** @throws ClientError CONFIG */
export function logConfig(given: Given, isTerminal: boolean): LogConfig {
  const isVerbose = given.value('verbose');
  const isQuiet = given.value('quiet');
  if (isVerbose && isQuiet) throw new ClientError('CONFIG', '--verbose and --quiet exclude each other.');
  return {
    level: isVerbose ? 'debug' : isQuiet ? 'warn' : 'info',
    format: given.optional('log-format') ?? (isTerminal ? 'pretty' : 'json'),
  };
}
