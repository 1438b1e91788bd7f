import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Temporaries are named after their writer, so that two processes never write the same one and a later process can
 * tell a dead writer's leavings from a living one's work:
 *
 *     .antares-<host>-<pid>-<random>.<thread>-<n>.tmp
 */
const PATTERN = /^\.antares-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})\.(\d+)-\d+\.tmp$/;

const hostTag = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** The name of this process as a writer. Made once, on the main thread, and given to all workers. */
export function newWriter(): string {
  return `${hostTag}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** The name of a temporary file, unlike any other of this process. */
export function temporaryName(writer: string, threadId: number, count: number): string {
  return `.antares-${writer}.${threadId}-${count}.tmp`;
}

/** Whether a file has such a name, whoever gave it. */
export function isTemporaryName(name: string): boolean {
  return /^\.antares-.*\.tmp$/.test(name);
}

/** A file that tries an output folder. @param tag twelve hexadecimal digits. */
export function probeName(tag: string): string {
  return `.antares-probe-${tag}`;
}

/** Also of its link. */
export function isProbeName(name: string): boolean {
  return /^\.antares-probe-[0-9a-f]{12}(?:-link)?$/.test(name);
}

/**
 * Removes what dead writers of this host left unfinished in a folder: other processes that ended, and workers of this
 * process that died. Their messages were never committed.
 */
export function sweepTemporaries(folder: string, ownWriter: string, deadThreads: readonly number[]): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // A message may have named a folder so.
    if (!entry.isDirectory() && isLeftBehind(entry.name, ownWriter, deadThreads))
      removeIfThere(join(folder, entry.name));
  }
}

/** Whether a file is a temporary of a dead writer of this host. */
export function isLeftBehind(name: string, ownWriter: string, deadThreads: readonly number[] = []): boolean {
  const [, host, pid, random, thread] = PATTERN.exec(name) ?? [];
  if (pid === undefined || host !== hostTag) return false;
  const own = `${host}-${pid}-${random ?? ''}` === ownWriter;
  return own ? deadThreads.includes(Number(thread)) : Number(pid) === process.pid || isDead(Number(pid));
}

/** Removes a file; that it is gone already is fine. */
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
