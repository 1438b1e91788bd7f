/**
 * The Mollweide projection: equal areas, so that a crowd on the map is one on the sky. The sky is an ellipse from −2 to 2 across and −1 to 1
 * upwards; as seen from below, east is at the left.
 */
export interface Place {
  readonly x: number;
  readonly y: number;
}

const RADIANS = Math.PI / 180;

/** A place of the sky on the map. @param middle the right ascension that is drawn in the middle. */
export function project(ra: number, dec: number, middle: number): Place {
  const theta = auxiliaryAngle(dec * RADIANS);
  return { x: (-offMiddle(ra, middle) / 90) * Math.cos(theta), y: Math.sin(theta) };
}

/** The place of the sky that is drawn there; null: it is outside. */
export function unproject({ x, y }: Place, middle: number): { ra: number; dec: number } | null {
  if ((x / 2) ** 2 + y ** 2 > 1) return null;
  const theta = Math.asin(y);
  const off = (x * 90) / Math.max(Math.cos(theta), 1e-9);
  const sine = (2 * theta + Math.sin(2 * theta)) / Math.PI;
  return {
    ra: (((middle - off) % 360) + 360) % 360,
    dec: Math.asin(Math.min(1, Math.max(-1, sine))) / RADIANS,
  };
}

/** How far east of the middle a right ascension is, from −180 up to 180. */
export function offMiddle(ra: number, middle: number): number {
  return ((((ra - middle + 180) % 360) + 360) % 360) - 180;
}

/** θ of 2θ + sin 2θ = π sin δ, by Newton's method. */
function auxiliaryAngle(dec: number): number {
  const wanted = Math.PI * Math.sin(dec);
  if (Math.abs(dec) > 89.9 * RADIANS) return Math.sign(dec) * (Math.PI / 2 - poleGap(Math.abs(dec)));
  let twice = dec * 1.5;
  for (let step = 0; step < 30; step++) {
    const change = (twice + Math.sin(twice) - wanted) / (1 + Math.cos(twice));
    twice -= change;
    if (Math.abs(change) < 1e-10) break;
  }
  return twice / 2;
}

/** At the poles Newton divides by nothing; there the equation is (π/2 − θ)³ = 3π/8 (π/2 − δ)². */
function poleGap(dec: number): number {
  return Math.cbrt(((3 * Math.PI) / 8) * (Math.PI / 2 - dec) ** 2);
}
