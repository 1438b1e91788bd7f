import { pathToFileURL } from 'node:url';
import { countDown } from '../../countdown.ts';
import { messageOf } from '../../errors.ts';
import type { AlertOrigin } from '../message.ts';
import { placeOfFault, placeOfThrow } from './hook-place.ts';

/** What `processAlert` learns beside the alert. */
export interface AlertContext extends AlertOrigin {
  /** Aborted when `--process-timeout` is over. */
  readonly signal: AbortSignal;
  /** Writes to the client's log. */
  readonly logger: HookLogger;
}

/** The client's log, as a hook may use it. */
export interface HookLogger {
  /** Details, shown with `--verbose`. @param fields stand in the line beside topic, partition and offset. */
  debug(text: string, fields?: Record<string, unknown>): void;
  /** What is worth reading. @param fields as with {@link debug}. */
  info(text: string, fields?: Record<string, unknown>): void;
  /** What may be wrong; shown with `--quiet` too. @param fields as with {@link debug}. */
  warn(text: string, fields?: Record<string, unknown>): void;
  /** What somebody has to see to. @param fields as with {@link debug}. */
  error(text: string, fields?: Record<string, unknown>): void;
}

/**
 * The user's function. Nothing (undefined or null): the alert is saved as it came. `false`: it is not saved. An
 * object: that is saved instead. Throwing makes the message a dead letter.
 */
export type ProcessAlert = (alert: Record<string, unknown>, context: AlertContext) => unknown;

/** The module given with `--process` cannot be used. */
export class HookLoadError extends Error {
  override readonly name = 'HookLoadError';
}

/** The hook threw, took too long, or its process died. */
export class HookError extends Error {
  override readonly name = 'HookError';
  readonly code: 'HOOK_THREW' | 'HOOK_TIMEOUT' | 'HOOK_RESULT' | 'HOOK_DIED';

  constructor(code: HookError['code'], text: string, cause?: unknown) {
    super(text, { cause });
    this.code = code;
  }
}

/** Loads the user's module. @throws HookLoadError with a sentence for its author. */
export async function loadHook(file: string): Promise<ProcessAlert> {
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? `Node ${process.versions.node} cannot run TypeScript: use Node 22.18 or newer, or compile the file to JavaScript first`
        : `${messageOf(error)}${placeOfFault(file, error, import.meta.url)}`;
    throw new HookLoadError(`--process ${file} does not load: ${why}.`, { cause: error });
  }
  const hook =
    module['processAlert'] ?? (module['default'] as Record<string, unknown> | undefined)?.['processAlert'];
  if (typeof hook !== 'function') {
    throw new HookLoadError(`--process ${file} exports no function named processAlert.`);
  }
  return hook as ProcessAlert;
}

/**
 * Runs the hook on one alert. A hook that never gives the thread back cannot be timed from here: the main thread
 * watches for that and ends the worker.
 *
 * @throws HookError
 */
export async function runHook(
  hook: ProcessAlert,
  alert: Record<string, unknown>,
  context: Omit<AlertContext, 'signal'>,
  timeoutMs: number,
): Promise<unknown> {
  const abort = new AbortController();
  let endCountdown = (): void => undefined;
  try {
    const result = hook(alert, { ...context, signal: abort.signal });
    if (!isPromise(result)) return result;
    const timeout = new Promise<never>((_, reject) => {
      endCountdown = countDown(timeoutMs, () => {
        const error = new HookError('HOOK_TIMEOUT', `processAlert took longer than ${timeoutMs} ms`);
        reject(error);
        abort.abort(error);
      });
    });
    return await Promise.race([result, timeout]);
  } catch (error) {
    if (error instanceof HookError) throw error;
    throw new HookError(
      'HOOK_THREW',
      `processAlert threw: ${messageOf(error)}${placeOfThrow(error, import.meta.url)}`,
      error,
    );
  } finally {
    endCountdown();
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
