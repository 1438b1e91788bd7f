import { appendFileSync } from 'node:fs';
import type { Episode } from '../options.ts';

/** Moments in the client at which a kill hurts most. */
const killWindows = ['after-write', 'after-publish', 'after-sync', 'before-commit', 'inside-revoke'] as const;
export type KillWindow = (typeof killWindows)[number] | 'inside-journal' | 'inside-finish' | 'after-finish';

/**
 * One file an alert has a journal beside it, where a kill can leave half a line; Parquet segments, and Avro ones of what is no Avro, get their
 * form by a thread, where it can leave half a file, or a whole one that nobody knows of.
 */
export function killWindowsOf({ output, source }: Pick<Episode, 'output' | 'source'>): readonly KillWindow[] {
  if (output === 'json') return [...killWindows, 'inside-journal'];
  const isFinished = output === 'parquet' || (output === 'avro' && source === 'json');
  return isFinished ? [...killWindows, 'inside-finish', 'after-finish'] : killWindows;
}

/** Bugs that can be planted into the client, to see whether the checker catches them. */
export const bugs = [
  'commit-before-write',
  'no-fsync',
  'no-epoch-check',
  'auto-commit',
  'last-batch-dropped',
  'wrong-order',
  'swallowed-dead-letter',
  'forgetful-journal',
] as const;
export type Bug = (typeof bugs)[number];

/** What is done to one client process from the inside. */
export interface Plan {
  /** Kill the process the n-th time that it comes to this window. */
  readonly kill: { readonly window: KillWindow; readonly nth: number; readonly killsFile: string } | null;
  readonly bug: Bug | null;
  /** Where calls of the file system and commits are written down; null: nowhere. */
  readonly traceFile: string | null;
}

/** The module's address for `--import`, with the plan in it: workers inherit it, and nothing else can switch it on. */
export function preloadUrl(plan: Plan): string {
  const url = new URL('preload.js', import.meta.url);
  url.searchParams.set('plan', JSON.stringify(plan));
  return url.href;
}

// Kept as it was before anybody wrapped it.
const append = appendFileSync;
let visits = 0;

/**
 * The process has come to a window: it dies here, if that is the plan.
 *
 * @param lastDeed is done before that.
 */
export function reach({ kill }: Plan, window: KillWindow, lastDeed: () => void = () => undefined): void {
  if (kill?.window !== window) return;
  visits += 1;
  if (visits !== kill.nth) return;
  lastDeed();
  append(kill.killsFile, `${window}\n`);
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}
