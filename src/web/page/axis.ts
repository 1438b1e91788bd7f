/** From a value to a place on the screen. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  /** The place of a value. */
  at(value: number): number;
}

/** A scale whose `from` is drawn at `start` and whose `to` at `end`; either way round. */
export function scale(from: number, to: number, start: number, end: number): Scale {
  const stretch = (end - start) / (to - from || 1);
  return { from, to, at: (value) => start + (value - from) * stretch };
}

/** Round numbers between two values: steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const [low, high] = from < to ? [from, to] : [to, from];
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const found: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++)
    found.push(Number((index * step).toPrecision(12)));
  return found;
}
