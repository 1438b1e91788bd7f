import { readFileSync } from 'node:fs';

/** With fewer not even the client's own modules load. */
const FEWEST_OPEN_FILES = 96;

/** How to get more. */
export const moreOpenFiles = 'ulimit -n 4096 before the start; in a systemd unit LimitNOFILE=4096';

/** How many files this process may have open at once; null: the system does not tell. Asked early: once none is left, this cannot be read either. */
export const openFilesAllowed: number | null = readAllowed();

function readAllowed(): number | null {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return null;
  }
  const [, allowed] = /^Max open files\s+(\S+)/m.exec(limits) ?? [];
  if (allowed === undefined) return null;
  return allowed === 'unlimited' ? Number.POSITIVE_INFINITY : Number(allowed);
}

/** A sentence on why nothing can be begun; null: it can. */
export function tooFewOpenFiles(): string | null {
  return openFilesAllowed === null || openFilesAllowed >= FEWEST_OPEN_FILES ? null : openFilesText();
}

/**
 * Where the system has refused one more open file: a sentence that says what to do.
 *
 * @param text what it said.
 * @param forWhom such as ` for 8 workers`.
 * @returns null: it was something else.
 */
export function openFilesRefused(text: string, forWhom = ''): string | null {
  return /\bEMFILE\b/.test(text) ? openFilesText(forWhom) : null;
}

function openFilesText(forWhom = ''): string {
  const most = openFilesAllowed === null ? 'so many' : `at most ${openFilesAllowed}`;
  return `this process may have ${most} files open at once, which is too few${forWhom}: ${moreOpenFiles}`;
}
