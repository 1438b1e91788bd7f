/** The last moment that a Date knows. */
const LAST_MS = 8.64e15;

/**
 * Kafka's timestamps are any int64 that a producer likes, nanoseconds for one. In files they are held to what JSON's readers keep exactly; so who
 * compares one with a file's holds it too.
 */
export function heldMs(timestampMs: number): number {
  return Math.min(Math.max(timestampMs, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** When a message was made; null: it does not say, or it says something beyond all calendars. */
export function dateOf(timestampMs: number): Date | null {
  return timestampMs >= 0 && timestampMs <= LAST_MS ? new Date(timestampMs) : null;
}
