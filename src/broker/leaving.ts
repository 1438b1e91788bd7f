import { setTimeout as sleep } from 'node:timers/promises';

/** The first attempt to connect takes 2.5 s. */
const LONGEST_MS = 4_000;

const leaving = new Set<Promise<void>>();

/** A client is being given up; the process should not end meanwhile. */
export function isLeaving(left: Promise<void>): void {
  leaving.add(left);
}

/**
 * Clients that were given up are gone, or it has taken too long. At its end a process takes OpenSSL away, and a thread of librdkafka that
 * shakes hands just then would end it by SIGSEGV, without its exit code.
 */
export async function allHaveLeft(): Promise<void> {
  if (leaving.size === 0) return;
  await Promise.race([Promise.allSettled(leaving), sleep(LONGEST_MS)]);
}
