import { durationMs } from './duration.ts';

/** `--start-at`: the first three decide only where the group has no committed offset; the others are a way back (or forward). */
export type StartAt =
  | { readonly kind: 'earliest' | 'latest' | 'committed' }
  /** The first message with this timestamp or a later one. */
  | { readonly kind: 'time'; readonly timeMs: number }
  /** The last so many messages of each topic. */
  | { readonly kind: 'last'; readonly messages: number };

/** Whether it overrides what the group has committed. */
export function overridesCommits({ kind }: StartAt): boolean {
  return kind === 'time' || kind === 'last';
}

const ISO_TIME =
  /^(\d{4}-\d\d-\d\d)(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d))?$/;

/** A place that `--start-at` names; null: it names none. @param nowMs what `-ago` counts from. */
export function parseStartAt(text: string, nowMs: number): StartAt | null {
  if (text === 'earliest' || text === 'latest' || text === 'committed') return { kind: text };
  const last = /^last-([1-9]\d{0,14})$/.exec(text)?.[1];
  if (last !== undefined) return { kind: 'last', messages: Number(last) };
  const timeMs = parseTime(text, nowMs);
  return timeMs === null || timeMs > nowMs ? null : { kind: 'time', timeMs };
}

/** `2026-11-24T03:00:00Z`, `2026-11-24` (UTC) or `2h-ago` → milliseconds since 1970; null: it is no time. */
export function parseTime(text: string, nowMs: number): number | null {
  const agoMs = text.endsWith('-ago') ? durationMs(text.slice(0, -'-ago'.length)) : null;
  if (agoMs !== null) return nowMs - agoMs;
  const [, day] = ISO_TIME.exec(text) ?? [];
  return day !== undefined && isDay(day) ? Date.parse(text) : null;
}

/** Whether a text would be a time with its zone, `Z` or `±hh:mm`, and is none without. */
export function lacksZone(text: string): boolean {
  return text.includes('T') && parseTime(text, 0) === null && parseTime(`${text}Z`, 0) !== null;
}

/** JavaScript takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const timeMs = Date.parse(text);
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(text);
}
