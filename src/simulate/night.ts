import { antaresAlert } from './antares.ts';
import { lsstAlert } from './lsst.ts';
import { Random } from './random.ts';
import { observe, skySource } from './sky.ts';
import type { Survey } from './surveys.ts';
import { ztfAlert } from './ztf.ts';

/** The night that is simulated: 2026-11-24, from 0 h UTC on. */
const NIGHT_MJD_DAYS = 61_368;
const ALERTS_A_SECOND = 250;
const FIRST_ALERT_ID = 6_000_000;

const usualHistory: Readonly<Record<Survey, number>> = { antares: 45, ztf: 20, lsst: 12 };

/** What to simulate. */
export interface NightOptions {
  /** Whose alerts: `antares`, `ztf` or `lsst`, in the survey's own format. */
  readonly survey: Survey;
  /** The same seed gives the same bytes. */
  readonly seed: number;
  /** So many alerts, a message each. */
  readonly count: number;
  /** Without stamps alerts are small. Default: with. */
  readonly stamps?: boolean;
  /** Most earlier measurements an alert carries. Default: so many that sizes are like the survey's. */
  readonly history?: number;
}

/** One message of the night. */
export interface SimulatedAlert {
  /** The message's bytes: zlib and BSON (`antares`), an Avro container (`ztf`), or Avro with Confluent's frame (`lsst`). */
  readonly value: Buffer;
  /** What its file is called, without `.json`. */
  readonly name: string;
}

/** A night's alerts, one after the other. Sources alert several times, their histories grow. */
export function* simulateNight({
  survey,
  seed,
  count,
  stamps = true,
  history = usualHistory[survey],
}: NightOptions): Generator<SimulatedAlert> {
  const sources = Math.max(1, Math.ceil(count / 3));
  for (let i = 0; i < count; i++) {
    const random = new Random(seed, 1_000_000 + i);
    const source = skySource(seed, random.below(sources), NIGHT_MJD_DAYS);
    const mjdDays = NIGHT_MJD_DAYS + i / ALERTS_A_SECOND / 86_400;
    const detections = observe(source, random, mjdDays, 1 + random.below(history + 1));
    switch (survey) {
      case 'antares':
        yield antaresAlert(source, detections, random, FIRST_ALERT_ID + i);
        break;
      case 'ztf':
        yield ztfAlert(source, detections, random, stamps);
        break;
      case 'lsst':
        yield lsstAlert(source, detections, random, stamps);
        break;
    }
  }
}
