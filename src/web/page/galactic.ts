const RADIANS = Math.PI / 180;
/** The galaxy's north pole, and the galactic longitude of the sky's, J2000. */
const POLE = { ra: 192.85948, dec: 27.12825, longitude: 122.93192 };

/** A place in galactic coordinates as right ascension and declination, degrees. */
export function equatorial(longitude: number, latitude: number): { ra: number; dec: number } {
  const [l, b, dec0] = [(POLE.longitude - longitude) * RADIANS, latitude * RADIANS, POLE.dec * RADIANS];
  const sine = Math.sin(dec0) * Math.sin(b) + Math.cos(dec0) * Math.cos(b) * Math.cos(l);
  const across = Math.cos(b) * Math.sin(l);
  const along = Math.cos(dec0) * Math.sin(b) - Math.sin(dec0) * Math.cos(b) * Math.cos(l);
  const ra = POLE.ra + Math.atan2(across, along) / RADIANS;
  return { ra: ((ra % 360) + 360) % 360, dec: Math.asin(sine) / RADIANS };
}
