import { avroType } from './avro-type.ts';
import { fillRecord, someId } from './fill.ts';
import { fitsFile, starStamp } from './fits.ts';
import type { Random } from './random.ts';
import type { FieldSchema } from './schemas/field-list.ts';
import { lsstSchema, lsstSchemaId } from './schemas/lsst.ts';
import type { Detection, SkySource } from './sky.ts';

/** Sides of a stamp, in pixels of 0.2″; three of them bring an alert to the survey's design size of 82 KB. */
const STAMP_PIXELS = 71;
const NAN = 0.02;
const type = avroType(lsstSchema);

/** A Rubin/LSST alert in Confluent's frame. Its name is the diaSourceId. */
export function lsstAlert(
  source: SkySource,
  detections: readonly Detection[],
  random: Random,
  stamps: boolean,
): { value: Buffer; name: string } {
  const now = detections.at(-1) as Detection;
  const previous = detections.slice(0, -1);
  const diaSourceId = someId(random);
  const diaObjectId = source.kind === 'asteroid' ? null : 1_000_000_000_000_000_000n + BigInt(source.index);
  const diaSource = (detection: Detection, id: bigint): Record<string, unknown> =>
    fillRecord(fields.diaSource, measured(source, detection, id, diaObjectId, random), random, NAN);
  const alert = {
    diaSourceId,
    observation_reason: 'science',
    target_name: null,
    diaSource: diaSource(now, diaSourceId),
    prvDiaSources:
      previous.length === 0 ? null : previous.map((detection) => diaSource(detection, someId(random))),
    prvDiaForcedSources:
      diaObjectId === null || previous.length === 0
        ? null
        : previous.map((detection) =>
            fillRecord(
              fields.forced,
              {
                ...position(source),
                diaObjectId,
                midpointMjdTai: detection.mjdDays,
                band: detection.band,
                psfFlux: Math.fround(nanojansky(detection.magnitude)),
              },
              random,
              NAN,
            ),
          ),
    diaObject:
      diaObjectId === null
        ? null
        : fillRecord(
            fields.diaObject,
            { ...position(source), diaObjectId, nDiaSources: detections.length },
            random,
            NAN,
          ),
    ssSource:
      diaObjectId === null
        ? fillRecord(fields.ssSource, { diaSourceId, designation: `2026 XA${source.index}` }, random, NAN)
        : null,
    cutoutDifference: stamps ? stamp(random, nanojansky(now.magnitude), 0) : null,
    cutoutScience: stamps ? stamp(random, 1.3 * nanojansky(now.magnitude), 300) : null,
    cutoutTemplate: stamps ? stamp(random, 0.3 * nanojansky(now.magnitude), 280) : null,
  };
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(lsstSchemaId, 1);
  return { value: Buffer.concat([frame, type.toBuffer(alert)]), name: String(diaSourceId) };
}

function measured(
  source: SkySource,
  { mjdDays, band, magnitude, sigma }: Detection,
  id: bigint,
  diaObjectId: bigint | null,
  random: Random,
): Record<string, unknown> {
  const flux = nanojansky(magnitude);
  return {
    ...position(source),
    diaSourceId: id,
    visit: BigInt(Math.floor(mjdDays * 10_000)),
    detector: random.below(189),
    diaObjectId,
    ssObjectId: diaObjectId === null ? BigInt(source.index) : null,
    parentDiaSourceId: null,
    midpointMjdTai: mjdDays,
    psfFlux: Math.fround(flux),
    psfFluxErr: Math.fround(flux * sigma),
    snr: Math.fround(1 / sigma),
    band,
    timeWithdrawnMjdTai: null,
    time_processed:
      BigInt(Math.round((mjdDays - 40_587) * 86_400)) * 1_000_000n + BigInt(random.below(1_000_000)),
  };
}

function position({ raDeg, decDeg }: SkySource): { ra: number; dec: number } {
  return { ra: raDeg, dec: decDeg };
}

function stamp(random: Random, flux: number, sky: number): Buffer {
  return fitsFile(starStamp(random, STAMP_PIXELS, flux, sky));
}

/** AB magnitude to nanojansky. */
function nanojansky(magnitude: number): number {
  return 10 ** (0.4 * (31.4 - magnitude));
}

const fields = {
  diaSource: fieldsOf('diaSource'),
  forced: fieldsOf('prvDiaForcedSources'),
  diaObject: fieldsOf('diaObject'),
  ssSource: fieldsOf('ssSource'),
};

function fieldsOf(name: string): readonly FieldSchema[] {
  const { type: schema } = (lsstSchema['fields'] as FieldSchema[]).find(
    (field) => field.name === name,
  ) as FieldSchema;
  const inner = (Array.isArray(schema) ? schema[1] : schema) as { items?: unknown; fields?: FieldSchema[] };
  return inner.fields ?? (inner.items as { fields: FieldSchema[] }).fields;
}
