/** How brightness on the screen follows the counts. */
export type Stretch = 'asinh' | 'linear';

const LOWEST = 0.01;
const HIGHEST = 0.995;
/** asinh is linear below a tenth of the range, and logarithmic above. */
const SOFTENING = 0.1;

/** Shades from 0 to 255 for an image, between two of its percentiles; 0 where there is no number. */
export function shades(pixels: Float64Array, stretch: Stretch): Uint8ClampedArray {
  const sorted = pixels.filter((value) => Number.isFinite(value)).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(LOWEST), at(HIGHEST)];
  const most = Math.asinh(1 / SOFTENING);
  return Uint8ClampedArray.from(pixels, (value) => {
    const share = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
    return 255 * (stretch === 'linear' ? share : Math.asinh(share / SOFTENING) / most);
  });
}
