import type { Glimpse } from '../../glimpse.ts';

/** `150.1234° +2.2000°` */
export function placeText({ ra, dec }: { readonly ra: number; readonly dec: number }): string {
  return `${ra.toFixed(4)}° ${dec < 0 ? '−' : '+'}${Math.abs(dec).toFixed(4)}°`;
}

/** One line about an alert. */
export function describeGlimpse({ survey, id, ra, dec, magnitude, band }: Glimpse): string {
  const bright = magnitude === null ? '' : `, ${band === '' ? '' : `${band} = `}${magnitude.toFixed(2)} mag`;
  return `${survey} ${id}, ${placeText({ ra, dec })}${bright}`;
}
