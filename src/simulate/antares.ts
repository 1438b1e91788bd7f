import { Double, Long, serialize, Timestamp } from 'bson';
import { deflateSync } from 'node:zlib';
import { someId } from './fill.ts';
import type { Random } from './random.ts';
import { bands, type Detection, type SkySource } from './sky.ts';

const NIGHT_SECONDS = 86_400;
const MJD_OF_1970 = 40_587;

/** Properties that the survey measures and ANTARES hands on; integers and floats apart, because the wire keeps them apart. */
const floatProperties = `
  ztf_magap ztf_sigmagap ztf_distnr ztf_magnr ztf_sigmagnr ztf_chinr ztf_sharpnr ztf_sky ztf_magdiff ztf_fwhm
  ztf_classtar ztf_mindtoedge ztf_magfromlim ztf_seeratio ztf_aimage ztf_bimage ztf_aimagerat ztf_bimagerat ztf_elong
  ztf_rb ztf_ssdistnr ztf_ssmagnr ztf_sumrat ztf_magapbig ztf_sigmagapbig ztf_ranr ztf_decnr ztf_sgmag1 ztf_srmag1
  ztf_simag1 ztf_szmag1 ztf_sgscore1 ztf_distpsnr1 ztf_sgmag2 ztf_srmag2 ztf_simag2 ztf_szmag2 ztf_sgscore2
  ztf_distpsnr2 ztf_sgmag3 ztf_srmag3 ztf_simag3 ztf_szmag3 ztf_sgscore3 ztf_distpsnr3 ztf_scorr ztf_dsnrms ztf_ssnrms
  ztf_dsdiff ztf_magzpsci ztf_magzpsciunc ztf_magzpscirms ztf_clrcoeff ztf_clrcounc ztf_zpclrcov ztf_zpmed ztf_clrmed
  ztf_clrrms ztf_neargaia ztf_neargaiabright ztf_maggaia ztf_maggaiabright ztf_exptime ztf_jdstarthist ztf_jdendhist
  ztf_jdstartref ztf_jdendref`
  .trim()
  .split(/\s+/);
const intProperties =
  'ztf_nid ztf_rcid ztf_field ztf_nneg ztf_nbad ztf_ndethist ztf_ncovhist ztf_tooflag ztf_nmtchps ztf_nframesref ztf_nmatches ztf_programid'.split(
    ' ',
  );
const longProperties = 'ztf_pid ztf_rfid ztf_objectidps1 ztf_objectidps2 ztf_objectidps3'.split(' ');

/** An ANTARES alert: a zlib stream of one BSON document, with the element types that Python's `bson` 0.5.10 writes. */
export function antaresAlert(
  source: SkySource,
  detections: readonly Detection[],
  random: Random,
  alertId: number,
): { value: Buffer; name: string } {
  const now = detections.at(-1) as Detection;
  const seconds = (now.mjdDays - MJD_OF_1970) * NIGHT_SECONDS;
  const alert = {
    timestamp_unix: new Double(seconds),
    timestamp_utc: new Date(seconds * 1_000).toISOString().replace('T', ' ').slice(0, 19),
    new_alert: alertOf(source, now, random, alertId),
    alert_history: detections
      .slice(0, -1)
      .map((detection, i) => alertOf(source, detection, random, alertId - detections.length + i)),
    catalog_objects: {
      '2mass_psc': [
        {
          id: integer(someId(random)),
          ra: new Double(source.raDeg),
          decl: new Double(source.decDeg),
          j_m: new Double(random.normal(15, 1)),
          cc_flg: '000',
        },
      ],
      sdss_stars: [
        {
          Objid: unsigned((1n << 63n) + BigInt(random.below(2 ** 31))),
          type: 6,
          u: new Double(random.normal(20, 1)),
          flags: null,
        },
      ],
    },
  };
  return {
    value: deflateSync(serialize(alert, { ignoreUndefined: false }), { level: 6 }),
    name: String(alertId),
  };
}

function alertOf(
  source: SkySource,
  { mjdDays, band, magnitude, sigma, limit }: Detection,
  random: Random,
  alertId: number,
): Record<string, unknown> {
  const candid = someId(random);
  const properties: Record<string, unknown> = {
    ztf_object_id: `ZTF26sim${source.index}`,
    ztf_candid: integer(candid),
    ztf_fid: bands.indexOf(band) + 1,
    ztf_magpsf: new Double(Math.fround(magnitude)),
    ztf_sigmapsf: new Double(Math.fround(sigma)),
    ztf_diffmaglim: new Double(Math.fround(limit)),
    ztf_isdiffpos: 't',
    ztf_ssnamenr: source.kind === 'asteroid' ? String(100_000 + source.index) : 'null',
  };
  for (const name of floatProperties)
    properties[name] = new Double(random.uniform() < 0.1 ? -999 : Math.fround(random.normal(10, 5)));
  for (const name of intProperties) properties[name] = random.below(2_000);
  for (const name of longProperties) properties[name] = integer(someId(random));
  return {
    ra: new Double(source.raDeg + random.normal(0, 2e-5)),
    survey: 1,
    ingest_time: Math.floor((mjdDays - MJD_OF_1970) * NIGHT_SECONDS),
    mjd: new Double(mjdDays),
    dec: new Double(source.decDeg + random.normal(0, 2e-5)),
    original_id: integer(candid),
    alert_id: alertId,
    locus_id: 8_000 + source.index,
    htm20: integer(13_000_000_000_000n + BigInt(source.index)),
    properties,
  };
}

function integer(value: bigint): Long {
  return Long.fromBigInt(value);
}

/** Beyond int64 the original's codec takes element type 0x11. */
function unsigned(value: bigint): Timestamp {
  return new Timestamp(value);
}
