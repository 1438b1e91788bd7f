import { spawn } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { release } from 'node:os';
import type { Config } from '../config.ts';
import type { Readable } from 'node:stream';
import type { FileSync } from '../pool/messages.ts';

/** A sync that takes longer counts as failed: a disk that hangs has promised nothing. */
const SYNC_TIMEOUT_MS = 60_000;

/** Local file systems whose `syncfs` was found to keep its word, by `statfs` type: ext2–4, xfs, btrfs. */
const SAFE_FILE_SYSTEMS = new Set([0xef53, 0x58465342, 0x9123683e]);

/** The sync was never begun, for want of descriptors or memory: nothing is durable, and nothing is lost either. */
export class SyncNotBegun extends Error {
  override readonly name = 'SyncNotBegun';
}

/** How finished files become durable before their offsets are committed. */
export interface Durability {
  /** What the workers do for it. */
  readonly fileSync: FileSync;
  /** One phrase for the log. */
  readonly description: string;
  /** When it resolves, all that was published before the call is durable. @throws SyncNotBegun, or Error: what was written since the last good sync may be gone. */
  sync(): Promise<void>;
}

/**
 * Chooses the way. One `sync -f` for many small files was measured ten times cheaper than an fsync each, but only where
 * `syncfs` reports what went wrong: local ext4, xfs and btrfs on Linux 5.8 or newer
 * (docs/guarantees.md, "What is not promised").
 *
 * @param syncTimeoutMs a sync that takes longer is ended and counts as failed.
 */
export async function chooseDurability(
  { durability: wanted, dir: outputDir, form }: Pick<Config['output'], 'durability' | 'dir' | 'form'>,
  syncTimeoutMs: number = SYNC_TIMEOUT_MS,
): Promise<Durability> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (wanted === 'none' || outputDir === null) {
    return { fileSync: 'none', description: 'page cache only', sync: nothing };
  }
  // Segments sync themselves, in an order that a sync of everything does not keep.
  if (form !== 'json') return { fileSync: 'file', description: 'an fsync each segment', sync: nothing };
  if (!(await groupSyncIsSafe(outputDir, syncTimeoutMs))) {
    return { fileSync: 'file', description: 'an fsync each file', sync: nothing };
  }
  return {
    fileSync: 'group',
    description: 'one syncfs for many files',
    sync: () => syncFileSystem(outputDir, syncTimeoutMs),
  };
}

async function groupSyncIsSafe(dir: string, timeoutMs: number): Promise<boolean> {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  if (process.platform !== 'linux' || major < 5 || (major === 5 && minor < 8)) return false;
  if (!SAFE_FILE_SYSTEMS.has((await statfs(dir)).type)) return false;
  // Some systems have a `sync` without -f.
  return syncFileSystem(dir, timeoutMs).then(
    () => true,
    () => false,
  );
}

function syncFileSystem(dir: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sync', ['-f', dir], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
      // A Ctrl-C is for the client, which waits for this sync then.
      detached: true,
    });
    // First of all: without descriptors there is neither a process nor a pipe to it.
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new SyncNotBegun(error.message, { cause: error }));
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`sync -f ${dir} did not end within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    let complaint = '';
    (child.stderr as Readable | undefined)?.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else
        reject(new Error(complaint.trim() || `sync -f ${dir} ended with ${signal ?? `code ${code ?? '?'}`}`));
    });
  });
}
