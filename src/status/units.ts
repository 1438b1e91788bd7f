/** `1,234`, from ten million on `12.3 M`. */
export function countText(count: number): string {
  const round = Math.round(count);
  return round < 10_000_000 ? round.toLocaleString('en-GB') : `${(count / 1e6).toFixed(1)} M`;
}

/** `12.3 MB` */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let [value, unit] = [bytes, 0];
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `850 ms`, `45 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h` */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (of: number, large: string, small: string): string =>
    `${Math.floor(seconds / of)} ${large} ${Math.floor((seconds % of) / (of === 86_400 ? 3_600 : of / 60))} ${small}`;
  if (seconds < 3_600) return two(60, 'min', 's');
  return seconds < 86_400 ? two(3_600, 'h', 'min') : two(86_400, 'd', 'h');
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A course of numbers in one line, the latest last. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  return values
    .map((value) => (value <= 0 ? ' ' : BARS[Math.min(7, Math.floor((8 * value) / most))]))
    .join('');
}

/** `██████░░░░` */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}
