import { spawn } from 'node:child_process';
import type { Log } from './log.ts';

/** What the client tells systemd, where that asked for it; without systemd nothing of it happens. */
export interface Service {
  /** Connected and subscribed. From now on the watchdog is fed for as long as `isAlive` says so. */
  ready(status: string, isAlive: (withinMs: number) => boolean): void;
  stopping(): void;
}

/**
 * Speaks systemd's notification protocol (sd_notify(3)) by way of `systemd-notify`, since Node has no datagram sockets of
 * the local kind: the unit needs `NotifyAccess=all`.
 *
 * @param env is read, and what is ours is taken out of it, so that no child speaks in our name.
 */
export function joinService(env: NodeJS.ProcessEnv, log: Log): Service {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdogUsec, WATCHDOG_PID: watchdogPid, PATH: path } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) Reflect.deleteProperty(env, name);
  if (socket === undefined || socket === '') return { ready: () => undefined, stopping: () => undefined };
  let hasFailed = false;
  let isStopping = false;
  const say = (...words: string[]): void => {
    const child = spawn('systemd-notify', words, {
      stdio: 'ignore',
      env: { PATH: path ?? '/usr/bin:/bin', NOTIFY_SOCKET: socket },
    });
    child.on('error', (error) => {
      if (!hasFailed) log.warn(`systemd cannot be told how it goes: ${error.message}.`);
      hasFailed = true;
    });
    child.unref();
  };
  const isForUs = watchdogPid === undefined || Number(watchdogPid) === process.pid;
  const watchdogMs = isForUs ? Number(watchdogUsec ?? 0) / 1_000 : 0;
  return {
    ready: (status, isAlive) => {
      say('READY=1', `STATUS=${status}`);
      if (!(watchdogMs > 0)) return;
      // Half the time, as sd_watchdog_enabled(3) advises: one ping may be late.
      setInterval(() => {
        if (isAlive(watchdogMs)) say('WATCHDOG=1');
      }, watchdogMs / 2).unref();
    },
    stopping: () => {
      if (!isStopping) say('STOPPING=1');
      isStopping = true;
    },
  };
}
