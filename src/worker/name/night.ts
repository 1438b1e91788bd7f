const DAY_MS = 86_400_000;
const MJD_OF_1970 = 40_587;
const JD_OF_MJD_0 = 2_400_000.5;
/** Observations of surveys that send alerts lie between these, 1990 and 2100; what does not is a placeholder, such as -999. */
const FIRST_MJD = 47_892;
const LAST_MJD = 88_069;

const PALOMAR_DEG = -116.863;
const CERRO_PACHON_DEG = -70.7494;

/** Where an alert says when it was observed, and the longitude of the telescope, east positive. */
const observations: readonly {
  readonly path: string;
  readonly epoch: 'jd' | 'mjd';
  readonly longitudeDeg: number;
}[] = [
  { path: 'candidate.jd', epoch: 'jd', longitudeDeg: PALOMAR_DEG },
  { path: 'diaSource.midpointMjdTai', epoch: 'mjd', longitudeDeg: CERRO_PACHON_DEG },
  { path: 'diaSource.midPointTai', epoch: 'mjd', longitudeDeg: CERRO_PACHON_DEG },
  // ANTARES hands on what ZTF saw.
  { path: 'new_alert.mjd', epoch: 'mjd', longitudeDeg: PALOMAR_DEG },
  { path: 'properties.newest_alert_observation_time', epoch: 'mjd', longitudeDeg: PALOMAR_DEG },
];

/** Fields of an alert that tell its night. */
export const nightPaths: readonly string[] = observations.map(({ path }) => path);

/**
 * The night of an observation, from one local noon to the next at its telescope (mean solar time), named after the evening it began:
 * `2026-11-24`.
 *
 * @param fields the captured {@link nightPaths}.
 * @returns null: the alert does not say when it was observed.
 */
export function nightOf(fields: readonly (string | undefined)[]): string | null {
  for (const [i, { epoch, longitudeDeg }] of observations.entries()) {
    const text = fields[i];
    // An empty text would be the number 0.
    const days = Number(text === undefined || text === '' ? Number.NaN : text);
    const mjd = epoch === 'jd' ? days - JD_OF_MJD_0 : days;
    if (!(mjd >= FIRST_MJD && mjd <= LAST_MJD)) continue;
    const evening = Math.floor(mjd + longitudeDeg / 360 - 0.5);
    return new Date((evening - MJD_OF_1970) * DAY_MS).toISOString().slice(0, 10);
  }
  return null;
}
