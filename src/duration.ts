const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What a duration looks like, for messages. */
export const DURATION_EXAMPLE = 'a time with its unit, such as 500ms, 20s, 5m or 1h';

/** `20s`, `1.5h` → milliseconds; null: it is no duration. */
export function durationMs(text: string): number | null {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h|d)$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * (unitsMs[unit] ?? 1);
}
