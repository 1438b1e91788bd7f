import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulateNight } from '../../src/simulate/night.ts';
import { lsstSchema, lsstSchemaId } from '../../src/simulate/schemas/lsst.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { projectRoot, readSamples, sampleSchema, skipSamples } from '../support/samples.ts';

/** How a seed is built, and so where a mutation can be put. */
export const seedFormats = ['antares', 'avro', 'confluent', 'fink', 'json', 'text'] as const;
export type SeedFormat = (typeof seedFormats)[number];

/** A good message, to be spoilt. */
export interface Seed {
  readonly format: SeedFormat;
  readonly name: string;
  readonly value: Buffer;
  readonly key: Buffer | null;
}

const REAL_SCHEMA_ID = 900;

/** Alerts of every format: the project's examples, simulated ones, and real ones where they are at hand. */
export function readSeeds(): Seed[] {
  const dir = join(projectRoot, 'example_data');
  const file = (name: string): Buffer => readFileSync(join(dir, name));
  const json = file('lasair.wire');
  const odd = Buffer.from(
    '{"id":"é\\ud83d\\ude00","__proto__":{"x":[1,-0.0,1e-7,12345678901234567890]},"a":{"a":null,"a":[{}]},"constructor":"\\u0000/../"}',
  );
  const seeds: Seed[] = [
    { format: 'antares', name: 'antares example', value: file('antares.wire'), key: null },
    { format: 'avro', name: 'ztf example', value: file('ztf.wire'), key: null },
    { format: 'confluent', name: 'lsst example', value: file('lsst.wire'), key: null },
    { format: 'fink', name: 'fink example', value: file('fink.wire'), key: file('fink.key') },
    { format: 'json', name: 'lasair example', value: json, key: null },
    { format: 'json', name: 'odd JSON', value: odd, key: null },
    {
      format: 'text',
      name: 'a GCN circular',
      value: Buffer.from('TITLE: GCN CIRCULAR\nNUMBER: 1\n\né'),
      key: null,
    },
  ];
  for (const [survey, format] of [
    ['antares', 'antares'],
    ['ztf', 'avro'],
    ['lsst', 'confluent'],
  ] as const) {
    for (const { name, value } of simulateNight({ survey, seed: 7, count: 3, stamps: false, history: 1 })) {
      seeds.push({ format, name: `simulated ${survey} ${name}`, value, key: null });
    }
  }
  if (skipSamples !== false) return seeds;
  for (const survey of ['antares', 'ztf', 'lsst'] as const) {
    const format = survey === 'ztf' ? 'avro' : survey === 'lsst' ? 'confluent' : 'antares';
    for (const { name, wire } of readSamples(survey)) {
      seeds.push({ format, name: `real ${survey} ${name}`, value: wire, key: null });
    }
  }
  return seeds;
}

/** The schemas that framed seeds name. */
export function seedSchemas(): KnownSchemas {
  const schemas = new KnownSchemas();
  schemas.add(lsstSchemaId, JSON.stringify(lsstSchema));
  if (skipSamples === false) schemas.add(REAL_SCHEMA_ID, sampleSchema(REAL_SCHEMA_ID));
  schemas.add(1, null);
  return schemas;
}
