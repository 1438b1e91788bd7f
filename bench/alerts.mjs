// What the benchmarks work on: real alerts where they lie beside the project, otherwise simulated ones.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulateNight } from '../build/src/simulate/night.js';

const samples = join(import.meta.dirname, '..', '..', 'shared', 'samples');
const SIMULATED = 200;

export const kinds = ['antares', 'ztf', 'lsst'];

/** Where the schemas of the LSST alerts are; null: simulated ones, whose schema the simulator writes. */
export const schemaDir = existsSync(samples) ? join(samples, 'lsst', 'registry') : null;

/** Message values of one kind, and whether they are real. */
export function alertsOf(kind) {
  const dir = join(samples, kind);
  if (!existsSync(dir)) {
    const night = simulateNight({ survey: kind, seed: 1, count: SIMULATED });
    return { origin: 'simulated', values: Array.from(night, ({ value }) => value) };
  }
  const files = readdirSync(dir).filter((file) => file.endsWith('.wire'));
  return { origin: 'real', values: files.map((file) => readFileSync(join(dir, file))) };
}
