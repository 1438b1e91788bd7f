// Keeps alerts within a cone on the sky. Centre and radius come from the environment.
//
//   CONE=10.68,41.27,2 antares-client ztf_20261124_programid1 -d m31 --process examples/cone-search.mjs
const [raDeg, decDeg, radiusDeg] = (process.env.CONE ?? '').split(',').map(Number);
if (![raDeg, decDeg, radiusDeg].every(Number.isFinite)) {
  throw new Error('CONE must be RA,DEC,RADIUS in degrees, such as CONE=10.68,41.27,2');
}

/** Serves ANTARES, ZTF and LSST alerts: each keeps its position elsewhere. */
export function processAlert(alert) {
  const { ra, dec } = alert.new_alert ?? alert.candidate ?? alert.diaSource ?? alert;
  return separationDeg(ra, dec, raDeg, decDeg) <= radiusDeg ? undefined : false;
}

/** Angle between two places on the sky, by the haversine formula, which holds for small angles too. */
function separationDeg(ra1, dec1, ra2, dec2) {
  const radians = Math.PI / 180;
  const byDec = Math.sin(((dec2 - dec1) * radians) / 2) ** 2;
  const byRa = Math.sin(((ra2 - ra1) * radians) / 2) ** 2;
  const haversine = byDec + Math.cos(dec1 * radians) * Math.cos(dec2 * radians) * byRa;
  return (2 * Math.asin(Math.min(1, Math.sqrt(haversine)))) / radians;
}
