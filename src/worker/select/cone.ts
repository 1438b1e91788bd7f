/** A circle on the sky. */
export interface Cone {
  readonly raDeg: number;
  readonly decDeg: number;
  readonly radiusDeg: number;
}

const DEG_PER_UNIT: Readonly<Record<string, number>> = { arcsec: 1 / 3600, arcmin: 1 / 60, deg: 1 };
const DEG_PER_HOUR = 15;
const RADIANS = Math.PI / 180;

/** What a cone looks like, for messages. */
export const CONE_FORM =
  'RA,DEC,RADIUS, such as 150.1,2.2,5arcmin or 10h00m24s,+02d12m00s,0.1deg, with the radius in arcsec, arcmin or deg';

/** @returns null: it is no cone. */
export function parseCone(text: string): Cone | null {
  const [ra = '', dec = '', radius = '', ...more] = text.split(',').map((part) => part.trim());
  const raDeg = angle(ra, 'h', DEG_PER_HOUR);
  const decDeg = angle(dec, 'd', 1);
  const [, size = '', unit = ''] = /^([0-9.]+)(arcsec|arcmin|deg)$/.exec(radius) ?? [];
  const radiusDeg = number(size) * (DEG_PER_UNIT[unit] ?? Number.NaN);
  const isCone =
    more.length === 0 &&
    raDeg >= 0 &&
    raDeg <= 360 &&
    Math.abs(decDeg) <= 90 &&
    radiusDeg > 0 &&
    radiusDeg <= 180;
  return isCone ? { raDeg, decDeg, radiusDeg } : null;
}

/** Whether a place is in a cone, its rim included. */
export function isInCone({ raDeg, decDeg, radiusDeg }: Cone, ra: number, dec: number): boolean {
  return distanceDeg(raDeg, decDeg, ra, dec) <= radiusDeg;
}

/** The angle between two places on the sphere. Vincenty's formula: exact to rounding at poles, antipodes and tiny distances alike. */
export function distanceDeg(ra1: number, dec1: number, ra2: number, dec2: number): number {
  const dRa = (ra2 - ra1) * RADIANS;
  const [sin1, cos1] = [Math.sin(dec1 * RADIANS), Math.cos(dec1 * RADIANS)];
  const [sin2, cos2] = [Math.sin(dec2 * RADIANS), Math.cos(dec2 * RADIANS)];
  const across = Math.hypot(cos2 * Math.sin(dRa), cos1 * sin2 - sin1 * cos2 * Math.cos(dRa));
  return Math.atan2(across, sin1 * sin2 + cos1 * cos2 * Math.cos(dRa)) / RADIANS;
}

/** Degrees as a number, or a first unit with minutes and seconds behind it: `10h00m24.5s`, `-02d12m`. */
function angle(text: string, unit: 'h' | 'd', degPerUnit: number): number {
  const [, plainSign = '', plain] = /^([+-]?)([0-9.]+)$/.exec(text) ?? [];
  if (plain !== undefined) return (plainSign === '-' ? -1 : 1) * number(plain);
  const pattern = new RegExp(`^([+-]?)(\\d+)${unit}(?:(\\d+)m)?(?:([0-9.]+)s)?$`);
  const [whole, sign, units = '', minutes = '0', seconds = '0'] = pattern.exec(text) ?? [];
  if (whole === undefined || number(minutes) >= 60 || number(seconds) >= 60) return Number.NaN;
  const size = number(units) + number(minutes) / 60 + number(seconds) / 3600;
  return (sign === '-' ? -1 : 1) * size * degPerUnit;
}

function number(text: string): number {
  return /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
}
