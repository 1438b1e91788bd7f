import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDiskFull, messageOf } from './errors.ts';
import type { Log } from './log.ts';

const RETRY_MS = 1_000;
const SAY_AGAIN_MS = 60_000;

/** What a disk lacks that said that it is full: it may have bytes enough, and no place for another file. */
export async function whatIsMissing(dir: string, code: string): Promise<string> {
  if (code === 'EDQUOT') return 'room in the disk quota';
  const free = await statfs(dir).catch(() => null);
  // Some file systems, such as btrfs, have no number of files.
  return free !== null && free.files > 0 && free.ffree === 0 && free.bavail > 0
    ? 'free inodes (the disk has room, but takes no more files)'
    : 'disk space';
}

/**
 * Does something again for as long as the disk is full, as a client that runs does: told once a minute, for as long as it takes.
 *
 * @returns null: it was stopped before.
 * @throws what is no full disk.
 */
export async function onceThereIsRoom<T>(
  dir: string,
  log: Log,
  stop: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T | null> {
  let saidMs = -Infinity;
  while (!stop.aborted) {
    try {
      return await attempt();
    } catch (error) {
      const { code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
      if (code === undefined || !isDiskFull(code)) throw error;
      if (performance.now() - saidMs >= SAY_AGAIN_MS) {
        saidMs = performance.now();
        log.error(
          `${messageOf(error)} It waits for ${await whatIsMissing(dir, code)}: nothing is read before, and it is tried again every second.`,
        );
      }
      await sleep(RETRY_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return null;
}
