import { constants, readFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ClientError, isDiskFull, messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** Folder of the owners' files, below the output folder. */
export const OWNER_FOLDER = '.antares-owners';

const HEARTBEAT_MS = 10_000;
/** The file of a process of another host counts for so long after its last heartbeat. */
const STALE_MS = 60_000;
/** How the kernel says that a process has ended and its parent has not asked how. */
const ZOMBIE = 'Z';
/** Others would have to leave that often in the same moments. */
const ENTER_ATTEMPTS = 10;

/** What an owner's file says. */
interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, as the kernel counts it: a later process may have the same id. Null: not known here. */
  readonly processStart: string | null;
  /** Null: none, it is `redo`. */
  readonly group: string | null;
  readonly brokers: string;
  /** ISO 8601, UTC. */
  readonly started: string;
}

/** What a process needs to enter itself. */
export interface OwnerOptions {
  readonly outputDir: string;
  /** The name of this process as a writer; unlike any other's. */
  readonly writer: string;
  /** Null: none, it works on the folder between two runs, and nobody else may write there, whatever the others say. */
  readonly group: string | null;
  readonly brokers: string;
  /** Another group is told of, not refused. */
  readonly share: boolean;
  /** Nobody else may write there, of whatever group. */
  readonly alone: boolean;
  readonly log: Log;
}

/**
 * Enters this process as a writer of the output folder, and looks who else is there. Processes of one group share a folder; a process of
 * another group would save the same alerts a second time, over the first one's, and each would believe its own position.
 *
 * @returns takes the entry out again.
 * @throws ClientError OUTPUT naming the other.
 */
export async function enterOwner(options: OwnerOptions): Promise<() => Promise<void>> {
  const { outputDir, writer, group, brokers, share, alone, log } = options;
  const folder = join(outputDir, OWNER_FOLDER);
  const path = join(folder, writer);
  const own: Owner = {
    host: hostname(),
    pid: process.pid,
    processStart: processStart(process.pid),
    group,
    brokers,
    started: new Date().toISOString(),
  };
  const text = `${JSON.stringify(own)}\n`;
  try {
    await writeEntry(folder, path, text);
  } catch (error) {
    // Without its text nobody would ever know that it is left behind.
    await takeOut(folder, path);
    const isFull = isDiskFull((error as NodeJS.ErrnoException).code);
    const cure = isFull ? 'Make room on its disk' : 'Make it writable, or remove it';
    throw new ClientError(
      'OUTPUT',
      `${folder}, where processes that write to the output folder enter themselves, cannot be written to: ${messageOf(error)}. ${cure}.`,
      { cause: error },
    );
  }
  const heartbeat = setInterval(() => {
    writeEntry(folder, path, text).catch((error: unknown) => {
      log.debug(`${path} could not be kept up to date: ${messageOf(error)}.`);
    });
  }, HEARTBEAT_MS).unref();
  const leave = async (): Promise<void> => {
    clearInterval(heartbeat);
    await takeOut(folder, path);
  };
  try {
    // Entered first, looked second: of two that start at once at least one sees the other.
    const { mtimeMs: nowMs } = await stat(path);
    for (const other of await livingOthers(folder, writer, nowMs)) {
      const who = nameOf(other);
      if (group === null || other.group === null)
        throw new ClientError('OUTPUT', `${outputDir} is written to by ${who}: stop that first.`);
      if (alone) {
        throw new ClientError(
          'OUTPUT',
          `${outputDir} is written to by ${who}: segments that begin at a given place (--start-at, --replay) must have the folder to themselves. Stop the other process, or give another --output-dir.`,
        );
      }
      if (other.group !== group && !share) {
        throw new ClientError(
          'OUTPUT',
          `${outputDir} is written to by ${who}, and this is the group ${group}: use the same --group to share the work, another --output-dir, or --share-output-dir if both are to write there.`,
        );
      }
      if (other.group !== group) log.warn(`${outputDir} is also written to by ${who}.`);
      else if (other.brokers !== brokers) {
        log.warn(
          `${outputDir} is also written to by ${who}, from ${other.brokers}: if that is another cluster, use another folder.`,
        );
      }
    }
  } catch (error) {
    await leave();
    throw error;
  }
  return leave;
}

async function takeOut(folder: string, path: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await rmdir(folder);
  } catch {
    // Others are there, or the folder is gone: both are fine.
  }
}

/**
 * Written anew each time: then the file server's clock dates it, and it comes back when somebody removed it. Over itself, so that nobody
 * ever finds it empty once it is there.
 */
async function writeEntry(folder: string, path: string, text: string): Promise<void> {
  const file = await openEntry(folder, path);
  try {
    await file.write(text, 0);
  } finally {
    await file.close();
  }
}

/** Whoever leaves as the last one takes the folder along, which may be between our making it and our being in it. */
async function openEntry(folder: string, path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(folder, { recursive: true });
      return await open(path, constants.O_WRONLY | constants.O_CREAT, 0o644);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === ENTER_ATTEMPTS) throw error;
    }
  }
}

function nameOf({ group, host, pid, started }: Owner): string {
  const name = group === null ? 'antares-client redo' : `the group ${group}`;
  return `${name} (host ${host}, process ${pid}, since ${started})`;
}

/** The other entries, but for those whose process is gone; these are removed. @param nowMs by the file server's clock, where known. */
async function livingOthers(folder: string, ownName: string, nowMs: number): Promise<Owner[]> {
  const living: Owner[] = [];
  for (const name of await readdir(folder)) {
    if (name === ownName) continue;
    const path = join(folder, name);
    const other = await readEntry(path);
    // An entry that is being made this moment is empty; its maker looks after us, and sees us.
    if (other === null) continue;
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: nowMs }));
    if (isAlive(other, nowMs - mtimeMs)) living.push(other);
    else await rm(path, { force: true }).catch(() => undefined);
  }
  return living;
}

async function readEntry(path: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return null;
  }
}

function isAlive(other: Owner, ageMs: number): boolean {
  if (other.host !== hostname()) return ageMs < STALE_MS;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // Any other answer than "no such process" means that there is one.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return processStart(other.pid) === other.processStart;
}

/** When a process began, in ticks since the machine did; null where the kernel does not tell, and of one that has ended. */
function processStart(pid: number): string | null {
  try {
    // The name before it is in brackets, and may hold anything.
    const [, text = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const fields = text.split(' ');
    // It has its number for as long as nobody asks how it ended: in a container, often for ever.
    return fields[0] === ZOMBIE ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
