import { setTimeout as sleep } from 'node:timers/promises';

/** How fast alerts come: as fast as they can, so many a second, or in visits as a telescope makes them. */
export type Pace =
  | { readonly kind: 'full' }
  | { readonly kind: 'rate'; readonly alertsPerSecond: number }
  | { readonly kind: 'visits'; readonly alertsPerVisit: number; readonly everySeconds: number };

/** When the alert with this number (from 0) is due, in milliseconds after the first. */
export function dueMs(pace: Pace, index: number): number {
  switch (pace.kind) {
    case 'full':
      return 0;
    case 'rate':
      return (index * 1_000) / pace.alertsPerSecond;
    case 'visits':
      return Math.floor(index / pace.alertsPerVisit) * pace.everySeconds * 1_000;
  }
}

/** Hands items on at a pace. Ends early when `stop` goes off. */
export async function play<T>(
  items: Iterable<T>,
  pace: Pace,
  stop: AbortSignal,
  take: (item: T) => Promise<void>,
): Promise<number> {
  const startMs = performance.now();
  let index = 0;
  for (const item of items) {
    const waitMs = startMs + dueMs(pace, index) - performance.now();
    if (waitMs > 1) await sleep(waitMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) break;
    await take(item);
    index += 1;
  }
  return index;
}
