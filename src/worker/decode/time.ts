const DAY_MS = 86_400_000;
/** Years that ISO 8601 writes with four digits. */
const MIN_MS = Date.parse('0000-01-01T00:00:00Z');
const MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Digits behind the second: 3 for milliseconds, 6 for microseconds, 9 for nanoseconds. */
export type Digits = 3 | 6 | 9;

/**
 * A count of milli-, micro- or nanoseconds since 1970 as ISO 8601, with the unit's own digits:
 * `2026-11-24T03:00:00.000000Z`. Null where the year does not have four digits: then only the number is exact.
 */
export function isoTime(count: bigint | number, digits: Digits, zone: 'Z' | ''): string | null {
  const unit = digits === 3 ? 1_000n : digits === 6 ? 1_000_000n : 1_000_000_000n;
  const whole = BigInt(count);
  let fraction = whole % unit;
  if (fraction < 0n) fraction += unit;
  const ms = Number((whole - fraction) / (unit / 1_000n));
  if (!isFourDigitYear(ms)) return null;
  return `${new Date(ms).toISOString().slice(0, 19)}.${String(fraction).padStart(digits, '0')}${zone}`;
}

/** Days since 1970 as `2026-11-24`. */
export function isoDate(days: number): string | null {
  const ms = days * DAY_MS;
  return isFourDigitYear(ms) ? new Date(ms).toISOString().slice(0, 10) : null;
}

/** A time of day, counted in milli- or microseconds, as `03:00:00.000`. */
export function isoTimeOfDay(count: bigint | number, digits: 3 | 6): string | null {
  const unit = digits === 3 ? 1_000n : 1_000_000n;
  const whole = BigInt(count);
  if (whole < 0n || whole >= 86_400n * unit) return null;
  const clock = new Date(Number(whole / unit) * 1_000).toISOString().slice(11, 19);
  return `${clock}.${String(whole % unit).padStart(digits, '0')}`;
}

function isFourDigitYear(ms: number): boolean {
  return ms >= MIN_MS && ms <= MAX_MS;
}
