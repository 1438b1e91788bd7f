import { itemsOf, membersOf, numberOf } from './json.ts';

/** One point of a light curve. */
export interface CurvePoint {
  /** Modified Julian date, days. */
  readonly mjd: number;
  readonly band: string;
  /** AB magnitude; of a limit what would just have been seen. */
  readonly magnitude: number;
  /** null: not known, or a limit. */
  readonly error: number | null;
  readonly kind: 'detection' | 'limit';
  /** The source is fainter than in the reference; the magnitude is that of the difference. */
  readonly isNegative: boolean;
  /** Measured where the source was known to be, not found. */
  readonly isForced: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const JD_TO_MJD = 2_400_000.5;
/** Magnitude of one nanojansky. */
const AB_NANOJANSKY = 31.4;
const LIMIT_SIGMAS = 3;
const BRIGHTEST = 0;
const FAINTEST = 35;
const ZTF_BANDS: Readonly<Record<string, string>> = { 1: 'g', 2: 'r', 3: 'i' };

/** The points of an alert's history and of itself, the earliest first; of formats that are not known none. */
export function lightCurve(alert: unknown): CurvePoint[] {
  const fields = membersOf(alert);
  const points = [
    ...[fields['new_alert'], ...itemsOf(fields['alert_history'])].map((each) =>
      antaresPoint(membersOf(each)),
    ),
    ...[fields['candidate'], ...itemsOf(fields['prv_candidates'])].map((each) => ztfPoint(membersOf(each))),
    ...itemsOf(fields['fp_hists']).map((each) => ztfForcedPoint(membersOf(each))),
    ...[fields['diaSource'], ...itemsOf(fields['prvDiaSources'])].map((each) =>
      lsstPoint(membersOf(each), false),
    ),
    ...itemsOf(fields['prvDiaForcedSources']).map((each) => lsstPoint(membersOf(each), true)),
  ];
  return points.filter((point) => point !== null).sort((a, b) => a.mjd - b.mjd);
}

function antaresPoint({ mjd, properties }: Fields): CurvePoint | null {
  const own = membersOf(properties);
  return magnitudePoint(numberOf(mjd), {
    fid: own['ztf_fid'],
    magpsf: own['ztf_magpsf'],
    sigmapsf: own['ztf_sigmapsf'],
    diffmaglim: own['ztf_diffmaglim'],
    isdiffpos: own['ztf_isdiffpos'],
  });
}

function ztfPoint(fields: Fields): CurvePoint | null {
  const jd = numberOf(fields['jd']);
  return magnitudePoint(jd === null ? null : jd - JD_TO_MJD, fields);
}

/** What ZTF found, or how deep it looked in vain. */
function magnitudePoint(mjd: number | null, fields: Fields): CurvePoint | null {
  const magnitude = numberOf(fields['magpsf']);
  const limit = numberOf(fields['diffmaglim']);
  if (mjd === null || (magnitude ?? limit) === null) return null;
  return {
    mjd,
    band: ZTF_BANDS[String(fields['fid'])] ?? '',
    magnitude: magnitude ?? limit ?? 0,
    error: magnitude === null ? null : numberOf(fields['sigmapsf']),
    kind: magnitude === null ? 'limit' : 'detection',
    isNegative: ['f', '0', 'false'].includes(String(fields['isdiffpos'])),
    isForced: false,
  };
}

function ztfForcedPoint(fields: Fields): CurvePoint | null {
  const [jd, flux, error, zeroPoint] = ['jd', 'forcediffimflux', 'forcediffimfluxunc', 'magzpsci'].map(
    (name) => numberOf(fields[name]),
  );
  // A flux may well be below −998; what is missing is exactly −99999.
  const counts = fields['forcediffimflux'];
  if (typeof jd !== 'number' || typeof zeroPoint !== 'number' || typeof error !== 'number') return null;
  const measured = flux ?? (typeof counts === 'number' && counts !== -99_999 ? counts : null);
  return measured === null
    ? null
    : fluxPoint(jd - JD_TO_MJD, ZTF_BANDS[String(fields['fid'])] ?? '', measured, error, zeroPoint, true);
}

function lsstPoint(fields: Fields, isForced: boolean): CurvePoint | null {
  const { midpointMjdTai, psfFlux, psfFluxErr, band } = fields as Record<string, unknown>;
  const [mjd, error] = [numberOf(midpointMjdTai), numberOf(psfFluxErr)];
  if (mjd === null || typeof psfFlux !== 'number' || !Number.isFinite(psfFlux)) return null;
  return fluxPoint(mjd, typeof band === 'string' ? band : '', psfFlux, error, AB_NANOJANSKY, isForced);
}

/** A flux has a magnitude where it is more than noise, in either direction; else only a limit. */
function fluxPoint(
  mjd: number,
  band: string,
  flux: number,
  error: number | null,
  zeroPoint: number,
  isForced: boolean,
): CurvePoint | null {
  const isSeen = error === null ? flux !== 0 : Math.abs(flux) >= LIMIT_SIGMAS * error;
  const shown = isSeen ? Math.abs(flux) : LIMIT_SIGMAS * (error ?? 0);
  const magnitude = zeroPoint - 2.5 * Math.log10(shown);
  // No survey sees anything like that: a flux or a zero point is wrong.
  if (!(magnitude > BRIGHTEST && magnitude < FAINTEST)) return null;
  return {
    mjd,
    band,
    magnitude,
    error: isSeen && error !== null ? (2.5 / Math.LN10) * (error / Math.abs(flux)) : null,
    kind: isSeen ? 'detection' : 'limit',
    isNegative: isSeen && flux < 0,
    isForced,
  };
}
