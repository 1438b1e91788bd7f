import { gzipSync } from 'node:zlib';
import { avroType, containerOf } from './avro-type.ts';
import { fillRecord, someId } from './fill.ts';
import { fitsFile, starStamp } from './fits.ts';
import type { Random } from './random.ts';
import type { FieldSchema } from './schemas/field-list.ts';
import { ztfSchema } from './schemas/ztf.ts';
import { bands, type Detection, type SkySource } from './sky.ts';

const STAMP_PIXELS = 63;
/** Magnitude of one count. */
const ZERO_POINT = 26;
const type = avroType(ztfSchema);
const schemaText = JSON.stringify(ztfSchema);

/** A ZTF alert: an Avro container of one record. Its name is the candid. */
export function ztfAlert(
  source: SkySource,
  detections: readonly Detection[],
  random: Random,
  stamps: boolean,
): { value: Buffer; name: string } {
  const now = detections.at(-1) as Detection;
  const candid = someId(random);
  const previous = detections.slice(0, -1);
  const objectId = `ZTF26${letters(source.index)}`;
  const alert = {
    schemavsn: '4.02',
    publisher: 'simulated by antares-client',
    objectId,
    candid,
    candidate: fillRecord(
      fieldsOf('candidate'),
      measured(source, now, candid, random, previous.length),
      random,
    ),
    prv_candidates:
      previous.length === 0
        ? null
        : previous.map((detection) =>
            fillRecord(
              fieldsOf('prv_candidates'),
              measured(source, detection, someId(random), random, 0),
              random,
            ),
          ),
    fp_hists:
      previous.length === 0
        ? null
        : previous.map((detection) => ({
            ...fillRecord(fieldsOf('fp_hists'), forced(source, detection), random),
            // Set last, so that a seed's other values stay what they were.
            magzpsci: ZERO_POINT,
          })),
    cutoutScience: stamps ? stamp(random, candid, 'sci', fluxOf(now.magnitude), 150) : null,
    cutoutTemplate: stamps ? stamp(random, candid, 'ref', fluxOf(now.magnitude) / 4, 120) : null,
    cutoutDifference: stamps ? stamp(random, candid, 'diff', (3 * fluxOf(now.magnitude)) / 4, 0) : null,
  };
  const sync = Buffer.from(Array.from({ length: 16 }, () => random.below(256)));
  return { value: containerOf(type, schemaText, alert, sync), name: String(candid) };
}

function measured(
  source: SkySource,
  { mjdDays, band, magnitude, sigma, limit }: Detection,
  candid: bigint,
  random: Random,
  before: number,
): Record<string, unknown> {
  return {
    jd: mjdDays + 2_400_000.5,
    fid: bands.indexOf(band) + 1,
    candid,
    programid: 1,
    isdiffpos: random.uniform() < 0.9 ? 't' : 'f',
    ra: source.raDeg + random.normal(0, 2e-5),
    dec: source.decDeg + random.normal(0, 2e-5),
    magpsf: Math.fround(magnitude),
    sigmapsf: Math.fround(sigma),
    diffmaglim: Math.fround(limit),
    ranr: source.raDeg,
    decnr: source.decDeg,
    rb: Math.fround(random.between(0.3, 1)),
    drb: Math.fround(random.between(0.3, 1)),
    // Missing things are written so by the survey.
    ssdistnr: source.kind === 'asteroid' ? Math.fround(random.between(0, 2)) : -999,
    ssnamenr: source.kind === 'asteroid' ? String(100_000 + source.index) : 'null',
    ndethist: before + 1,
    ncovhist: 3 * before + 20,
    exptime: 30,
  };
}

function forced(source: SkySource, { mjdDays, band, magnitude, limit }: Detection): Record<string, unknown> {
  return {
    jd: mjdDays + 2_400_000.5,
    fid: bands.indexOf(band) + 1,
    programid: 1,
    diffmaglim: Math.fround(limit),
    forcediffimflux: Math.fround(fluxOf(magnitude)),
    forcediffimfluxunc: Math.fround(fluxOf(limit) / 5),
    procstatus: '0',
    ranr: source.raDeg,
    decnr: source.decDeg,
  };
}

function stamp(
  random: Random,
  candid: bigint,
  kind: string,
  flux: number,
  sky: number,
): { fileName: string; stampData: Buffer } {
  const image = starStamp(random, STAMP_PIXELS, flux, sky);
  return { fileName: `candid${candid}_${kind}.fits.gz`, stampData: gzipSync(fitsFile(image)) };
}

/** Magnitude to counts. */
function fluxOf(magnitude: number): number {
  return 10 ** (0.4 * (ZERO_POINT - magnitude));
}

/** `aaaaaaa`, `aaaaaab`, … */
function letters(index: number): string {
  return index
    .toString(26)
    .padStart(7, '0')
    .replace(/./g, (digit) => 'abcdefghijklmnopqrstuvwxyz'.charAt(Number.parseInt(digit, 26)));
}

/** The fields of a record or of the records in an optional array, by the name of the alert's field. */
function fieldsOf(name: string): readonly FieldSchema[] {
  const { type: schema } = (ztfSchema['fields'] as FieldSchema[]).find(
    (field) => field.name === name,
  ) as FieldSchema;
  const inner = Array.isArray(schema) ? (schema[1] as { items: unknown }).items : schema;
  return (inner as { fields: FieldSchema[] }).fields;
}
