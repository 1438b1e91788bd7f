import type { LogLevel } from '../../pool/messages.ts';
import { OutsideWaits } from '../../outside-waits.ts';
import { ChildHook, commandHook, type HookProcess, pythonHook } from './child-hook.ts';
import { loadHook, type ProcessAlert } from './hook.ts';

/** What the user wants done with each alert: a function in this thread, or a process beside it. */
export type Hook = ProcessAlert | ChildHook;

/** Which one, and how long it may take for one alert. */
export interface HookSettings {
  readonly processFile: string | null;
  readonly processCommand: string | null;
  readonly processTimeoutMs: number;
}

/**
 * Loads the module, or starts the process, that the options name; null: neither.
 *
 * @param waits is told when the thread waits for the process.
 * @throws HookLoadError
 */
export async function loadAnyHook(
  { processFile, processCommand, processTimeoutMs }: HookSettings,
  sendLog: (level: LogLevel, text: string, fields: Record<string, unknown>) => void,
  waits = new OutsideWaits(),
): Promise<Hook | null> {
  const process = processOf(processFile, processCommand);
  if (process !== null) {
    const onLogLine = (text: string): void => {
      sendLog('info', `${process.command.name}: ${text}`, {});
    };
    return ChildHook.start(process, processTimeoutMs, onLogLine, waits);
  }
  return processFile === null ? null : loadHook(processFile);
}

function processOf(file: string | null, command: string | null): HookProcess | null {
  if (command !== null) return commandHook(command);
  return file?.endsWith('.py') === true ? pythonHook(file) : null;
}
