/** A straight line through samples. */
export interface Slope {
  /** How fast it rises, by unit of what the samples are ordered by. */
  readonly slope: number;
  /** Its standard error: twice as much is within chance. Neighbouring samples that are alike count for less. */
  readonly error: number;
}

/**
 * Least squares, with the error of the slope.
 *
 * @param at when each sample was taken.
 */
export function slopeOf(at: readonly number[], values: readonly number[]): Slope {
  const count = at.length;
  const [meanAt, mean] = [meanOf(at), meanOf(values)];
  const spread = sumOf(at, (x) => (x - meanAt) ** 2);
  const slope = sumOf(at, (x, i) => (x - meanAt) * ((values[i] ?? 0) - mean)) / spread;
  const off = at.map((x, i) => (values[i] ?? 0) - mean - slope * (x - meanAt));
  const squares = sumOf(off, (each) => each ** 2);
  const alike = squares === 0 ? 0 : sumOf(off.slice(1), (each, i) => each * (off[i] ?? 0)) / squares;
  // So many samples tell as much as they would if each were independent of the one before.
  const told = (1 - Math.max(0, alike)) / (1 + Math.max(0, alike));
  return { slope, error: Math.sqrt(squares / Math.max(1, count - 2) / spread / Math.max(told, 1 / count)) };
}

/** `0.4 ± 1.2 MB/h, flat` @param per how many units of `at` the slope is told for. */
export function describeSlope({ slope, error }: Slope, per: number, unit: string): string {
  const verdict = Math.abs(slope) <= 2 * error ? 'flat' : slope > 0 ? 'it grows' : 'it shrinks';
  return `${(slope * per).toFixed(2)} ± ${(error * per).toFixed(2)} ${unit}, ${verdict}`;
}

function meanOf(values: readonly number[]): number {
  return sumOf(values, (value) => value) / values.length;
}

function sumOf(values: readonly number[], take: (value: number, index: number) => number): number {
  return values.reduce((sum, value, i) => sum + take(value, i), 0);
}
