import { Random } from './random.ts';

/** Filters, and how much fainter or brighter than r a typical source is in each. */
export const bands = ['g', 'r', 'i'] as const;
export type Band = (typeof bands)[number];
const colours: Readonly<Record<Band, number>> = { g: 0.4, r: 0, i: -0.2 };

/** Kinds of sources that alert. */
export type SourceKind = 'supernova' | 'variable' | 'asteroid' | 'nucleus';

/** A source on the sky. */
export interface SkySource {
  readonly index: number;
  readonly kind: SourceKind;
  readonly raDeg: number;
  readonly decDeg: number;
  /** Its magnitude, where it can be seen. */
  readonly magnitude: (mjdDays: number, band: Band) => number;
}

/** One measurement of a source. */
export interface Detection {
  readonly mjdDays: number;
  readonly band: Band;
  readonly magnitude: number;
  readonly sigma: number;
  /** Faintest magnitude that this exposure shows. */
  readonly limit: number;
}

/** The source with this number, of the sky with this seed. The same ones always. */
export function skySource(seed: number, index: number, nightMjdDays: number): SkySource {
  const random = new Random(seed, index + 1);
  const kind = random.pick<SourceKind>(['supernova', 'variable', 'variable', 'asteroid', 'nucleus']);
  return {
    index,
    kind,
    raDeg: random.between(0, 360),
    // Even on the sphere, and as far south and north as the surveys look.
    decDeg: (Math.asin(random.between(-0.9, 0.98)) * 180) / Math.PI,
    magnitude: lightCurve(kind, random, nightMjdDays),
  };
}

function lightCurve(kind: SourceKind, random: Random, night: number): SkySource['magnitude'] {
  const mean = random.between(15.5, 19.5);
  const period = random.between(0.2, 30);
  const amplitude = random.between(0.1, 1.2);
  const phase = random.uniform();
  const peak = night - random.between(-5, 40);
  return (mjd, band) => {
    const colour = colours[band];
    const angle = 2 * Math.PI * ((mjd - night) / period + phase);
    switch (kind) {
      case 'supernova': {
        // A rise of a fortnight, a decline of a magnitude in twenty days, a little redder as it cools.
        const age = mjd - peak;
        return mean + (age < 0 ? (age / 8) ** 2 : age / 20) + colour * (1 + Math.max(0, age) / 60);
      }
      case 'variable':
        return mean + colour + amplitude * Math.sin(angle);
      case 'asteroid':
        return mean + colour + 0.2 * Math.sin(2 * angle);
      case 'nucleus':
        return mean + 0.5 * colour + 0.3 * amplitude * (Math.sin(angle / 7) + Math.sin(angle / 3.1));
    }
  };
}

/** Measurements of a source over the last nights, the newest last. */
export function observe(source: SkySource, random: Random, mjdDays: number, count: number): Detection[] {
  const detections: Detection[] = [];
  for (let i = count - 1; i >= 0; i--) {
    const band = random.pick(bands);
    const at = i === 0 ? mjdDays : mjdDays - i * 1.02 - random.between(0, 0.3);
    const limit = random.normal(20.5, 0.3);
    const magnitude = source.magnitude(at, band);
    const sigma = Math.max(0.01, 0.1 * 10 ** (0.3 * (magnitude - limit)));
    detections.push({ mjdDays: at, band, magnitude: magnitude + random.normal(0, sigma), sigma, limit });
  }
  return detections;
}
