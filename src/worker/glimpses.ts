import type { Glimpse, GlimpseSettings } from '../glimpse.ts';
import { Decoder } from './decode/decode.ts';
import type { FormatOption } from './decode/detect.ts';
import type { SchemaSource } from './decode/decode.ts';
import { fieldTree } from './encode/field-capture.ts';
import type { Message } from './message.ts';
import { alertId, idPaths } from './name/alert-id.ts';
import { FieldValues } from './select/field-values.ts';
import { isNumber, type Value } from './select/value.ts';
import { stripPrefix } from '../topic-name.ts';

/** After a pause so many may be taken at once: where alerts are few, all are shown. */
const MOST_AT_ONCE = 25;
/** Of an id, as the page shows it. */
const MAX_ID_CHARACTERS = 100;
/** Nanojansky to AB magnitudes. */
const AB_ZERO_POINT = 31.4;

/** Where surveys keep what the sky shows. */
const SURVEYS = [
  { name: 'ANTARES', at: 'new_alert.', magnitude: 'properties.ztf_magpsf', band: 'properties.ztf_fid' },
  { name: 'ZTF', at: 'candidate.', magnitude: 'magpsf', band: 'fid' },
  { name: 'LSST', at: 'diaSource.', magnitude: 'psfFlux', band: 'band' },
  { name: null, at: '', magnitude: 'properties.newest_alert_magnitude', band: 'band' },
  { name: null, at: 'data.attributes.', magnitude: 'properties.newest_alert_magnitude', band: 'band' },
] as const;
const paths: readonly string[] = [
  ...idPaths,
  ...SURVEYS.flatMap(({ at, magnitude, band }) => [`${at}ra`, `${at}dec`, at + magnitude, at + band]),
];
const ZTF_BANDS: Readonly<Record<string, string>> = { 1: 'g', 2: 'r', 3: 'i' };

/** Takes a few of the alerts that a worker saves, for who looks at the page. */
export class WorkerGlimpses {
  readonly #pages: Int32Array;
  readonly #intervalMs: number;
  readonly #decoder: Decoder;
  readonly #topicPrefix: string;
  readonly #values = new FieldValues(fieldTree(paths), paths.length);
  #seen: Glimpse[] = [];
  /** When the next one is due; it lags behind while there are few alerts. */
  #dueMs = -Infinity;

  constructor(
    { pages, perSecond }: GlimpseSettings,
    format: FormatOption,
    schemas: SchemaSource,
    topicPrefix: string,
  ) {
    this.#pages = new Int32Array(pages);
    this.#intervalMs = 1000 / perSecond;
    this.#decoder = new Decoder(format, schemas);
    this.#topicPrefix = topicPrefix;
  }

  /** A message was saved. */
  saved(message: Message): void {
    if (Atomics.load(this.#pages, 0) === 0) return;
    const nowMs = performance.now();
    if (nowMs < this.#dueMs) return;
    this.#dueMs = Math.max(this.#dueMs, nowMs - MOST_AT_ONCE * this.#intervalMs) + this.#intervalMs;
    const glimpse = this.#look(message);
    if (glimpse !== null) this.#seen.push(glimpse);
  }

  /** Those since this was asked last. */
  take(): readonly Glimpse[] {
    if (this.#seen.length === 0) return this.#seen;
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  /** null: it is nowhere on the sky. */
  #look(message: Message): Glimpse | null {
    let values: readonly Value[];
    try {
      const open = this.#decoder.open(message);
      values = this.#values.read((visitor) => {
        open.tellNext(visitor);
      }, Infinity);
    } catch {
      // A raw segment takes any message; this one is no alert.
      return null;
    }
    const { topic, partition, offset } = message;
    const shownTopic = stripPrefix(topic, this.#topicPrefix);
    for (const [index, { name }] of SURVEYS.entries()) {
      const [ra, dec, magnitude, band] = values.slice(idPaths.length + 4 * index).map(numberOrText);
      if (typeof ra !== 'number' || typeof dec !== 'number' || !isOnSky(ra, dec)) continue;
      const texts = values.slice(0, idPaths.length).map((value) => numberOrText(value)?.toString());
      return {
        ...{ topic, partition, offset, ra, dec },
        survey: name ?? shownTopic,
        id: alertId(texts, message, shownTopic, null).slice(0, MAX_ID_CHARACTERS),
        magnitude: magnitudeOf(name, magnitude),
        band: name === 'LSST' ? String(band ?? '') : (ZTF_BANDS[String(band)] ?? ''),
      };
    }
    return null;
  }
}

/** What an alert says may be anything. @param raDeg from 0 to 360. @param decDeg from -90 to 90. */
function isOnSky(raDeg: number, decDeg: number): boolean {
  return raDeg >= 0 && raDeg <= 360 && Math.abs(decDeg) <= 90;
}

function numberOrText(value: Value): number | bigint | string | undefined {
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  return isNumber(value) || typeof value === 'string' ? value : undefined;
}

function magnitudeOf(survey: string | null, value: number | bigint | string | undefined): number | null {
  if (typeof value !== 'number') return null;
  if (survey === 'LSST') return value === 0 ? null : AB_ZERO_POINT - 2.5 * Math.log10(Math.abs(value));
  // ANTARES writes -999.0 for what is missing.
  return value > -100 ? value : null;
}
