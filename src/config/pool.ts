import { realpathSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { ClientError } from '../errors.ts';
import type { Given } from './given.ts';

/** The worker threads, and the user's function in them. */
export interface PoolConfig {
  readonly workers: number;
  readonly processFile: string | null;
  readonly processCommand: string | null;
  readonly processTimeoutMs: number;
}

/** Of files that hold a function. */
const HOOK_EXTENSIONS: readonly string[] = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.py'];

/** @throws ClientError CONFIG */
export function poolConfig(given: Given): PoolConfig {
  checkHook(given);
  return {
    workers: given.value('workers'),
    processFile: hookFile(given),
    processCommand: given.optional('process-command'),
    processTimeoutMs: given.value('process-timeout'),
  };
}

function checkHook(given: Given): void {
  const { process: file, 'process-command': command } = given.values;
  if (file !== undefined && command !== undefined)
    throw new ClientError('CONFIG', '--process and --process-command exclude each other.');
}

/** The module's path. What is none is refused here, for workers load it only when the broker answers. */
function hookFile(given: Given): string | null {
  const file = given.path('process');
  if (file === null) return null;
  // A link without an extension, such as `hook-of-tonight`: who runs the file goes by its own.
  const own = HOOK_EXTENSIONS.includes(extname(file)) ? file : realpathSync(file);
  if (!statSync(own).isDirectory() && HOOK_EXTENSIONS.includes(extname(own))) return own;
  throw new ClientError(
    'CONFIG',
    `${given.named('process', given.optional('process'))} is no file of JavaScript, TypeScript or Python (${HOOK_EXTENSIONS.join(' ')}); --process-command runs any program.`,
  );
}
