import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AlertStream, AntaresAlert, LsstAlert, ZtfAlert } from '../src/index.ts';
import { projectRoot, readSamples, sampleSchema, skipSamples, type Survey } from './support/samples.ts';

test("the types of alerts are those of the simulator's schemas: node scripts/make-types.mjs makes them", async () => {
  const script = join(projectRoot, 'scripts', 'make-types.mjs');
  const { alertTypes } = (await import(script)) as {
    alertTypes: () => Promise<{ path: string; content: string }[]>;
  };
  for (const { path, content } of await alertTypes())
    assert.equal(readFileSync(join(projectRoot, 'src', 'alerts', path), 'utf8'), content, path);
});

/** Interface → field → type, as a program sees them. */
function typesOf(survey: Survey): Map<string, Map<string, string>> {
  const text = readFileSync(join(projectRoot, 'src', 'alerts', `${survey}.ts`), 'utf8');
  return new Map(
    [...text.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms)].map(([, name = '', body = '']) => [
      name,
      new Map(
        [...body.matchAll(/^ {2}readonly (\w+)\??: (.*);$/gm)].map(([, field = '', type = '']) => [
          field,
          type,
        ]),
      ),
    ]),
  );
}

type Fields = Readonly<Record<string, unknown>>;
const all = (of: unknown): Fields[] => (of ?? []) as Fields[];

/** Where an alert has what an interface is of. */
const places: Readonly<Record<string, readonly [Survey, (alert: Fields) => Fields[]]>> = {
  AntaresAlert: ['antares', (alert) => [alert]],
  AntaresMeasurement: ['antares', (alert) => [alert['new_alert'] as Fields, ...all(alert['alert_history'])]],
  AntaresProperties: [
    'antares',
    (alert) =>
      [alert['new_alert'] as Fields, ...all(alert['alert_history'])].map(
        (each) => each['properties'] as Fields,
      ),
  ],
  ZtfAlert: ['ztf', (alert) => [alert]],
  ZtfCandidate: ['ztf', (alert) => [alert['candidate'] as Fields]],
  ZtfPrvCandidate: ['ztf', (alert) => all(alert['prv_candidates'])],
};

for (const [name, [survey, find]] of Object.entries(places))
  test(`the type ${name} has every field of real alerts, and null where they have it`, {
    skip: skipSamples,
  }, () => {
    const types = typesOf(survey).get(name);
    for (const { json } of readSamples(survey))
      for (const fields of find(JSON.parse(json.toString().replaceAll(/\bNaN\b/g, '0')) as Fields))
        for (const [field, value] of Object.entries(fields)) {
          const type = types?.get(field) ?? '';
          const kind = value === null ? /null/ : typeof value === 'number' ? /number|bigint/ : /./;
          assert.match(type, kind, `${name}.${field} of ${JSON.stringify(value).slice(0, 80)}`);
        }
  });

interface AvroRecord {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: unknown }[];
}

/** All records of a schema, also those within others. */
function recordsOf(schema: unknown): AvroRecord[] {
  if (Array.isArray(schema)) return schema.flatMap(recordsOf);
  if (typeof schema !== 'object' || schema === null) return [];
  const { fields, items } = schema as { fields?: AvroRecord['fields']; items?: unknown };
  const own = fields === undefined ? [] : [schema as AvroRecord];
  return [...own, ...(fields ?? []).flatMap(({ type }) => recordsOf(type)), ...recordsOf(items)];
}

test("LSST's types have every field of the survey's own schema, and nothing else but what older alerts have", {
  skip: skipSamples,
}, () => {
  const types = typesOf('lsst');
  const records = recordsOf(JSON.parse(sampleSchema(1000)));
  for (const [name, fields] of types) {
    const record = records.find((each) => `lsst${each.name}`.toLowerCase() === name.toLowerCase());
    const real = record?.fields.map((field) => field.name) ?? [];
    const older = name === 'LsstDiaSource' ? ['time_processed'] : [];
    assert.deepEqual([...fields.keys()].sort(), [...real, ...older].sort(), name);
    for (const { name: field, type } of record?.fields ?? []) {
      if (Array.isArray(type) && type.includes('null')) assert.match(fields.get(field) ?? '', /null/, field);
      if ([type].flat().includes('long')) assert.match(fields.get(field) ?? '', /bigint/, field);
      if ([type].flat().includes('int')) assert.match(fields.get(field) ?? '', /number/, field);
    }
  }
});

/** Compiled, not run: what a program may write. */
export function typed(
  antares: AlertStream<AntaresAlert>,
  ztf: AlertStream<ZtfAlert>,
  lsst: AlertStream<LsstAlert>,
): Promise<unknown>[] {
  const first = async <A extends object>(
    stream: AlertStream<A>,
    of: (alert: A) => unknown,
  ): Promise<unknown> => {
    for await (const { alert } of stream) return of(alert);
    return null;
  };
  return [
    first(antares, (alert): number | undefined => alert.new_alert.properties.ztf_magpsf),
    first(ztf, (alert): bigint => alert.candid),
    first(lsst, (alert): bigint | undefined => alert.diaObject?.diaObjectId),
  ];
}
