import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { WorkerSettings } from '../src/pool/messages.ts';
import { simulateNight } from '../src/simulate/night.ts';
import { createPrepare } from '../src/worker/prepare.ts';
import { ChildHook } from '../src/worker/process/child-hook.ts';
import { loadAnyHook } from '../src/worker/process/load.ts';
import { KnownSchemas } from '../src/worker/schemas.ts';
import { newFolder } from './support/client.ts';
import { until } from './support/kafka.ts';
import { messageOf, projectRoot } from './support/samples.ts';
import { skipPython } from './support/transcode.ts';

const COUNT = 120;
const variables = { ...process.env };
after(() => {
  process.env = variables;
});

type Alert = Record<string, unknown>;

/** What an example (null: none) keeps of a simulated night, and what it says. */
async function run(
  example: string | null,
  survey: 'antares' | 'ztf',
): Promise<{ alerts: Alert[]; said: string[] }> {
  const said: string[] = [];
  const say = (_level: string, text: string): void => {
    said.push(text);
  };
  const settings: WorkerSettings = {
    ...{ workerIndex: 0, deadThreads: [], format: 'auto', indent: 0, nonFinite: 'null' },
    ...{ pathTemplate: '{topic}/{alert_id}.json', topicPrefix: '', output: null, form: { kind: 'json' } },
    select: { where: null, cones: [], fields: null, stamps: 'drop' },
    ...{ processFile: example, processCommand: null, processTimeoutMs: 10_000 },
    ...{ onError: 'stop', logEachAlert: false, glimpses: null, toPipe: false },
  };
  const hook = await loadAnyHook(settings, say);
  const prepare = createPrepare(settings, new KnownSchemas(), hook, say);
  const alerts: Alert[] = [];
  for (const { value } of simulateNight({ survey, seed: 5, count: COUNT })) {
    await prepare(
      messageOf(value),
      ({ bytes }) => {
        if (bytes !== null) alerts.push(JSON.parse(Buffer.from(bytes).toString()) as Alert);
      },
      Infinity,
    );
  }
  if (hook instanceof ChildHook) {
    // What it prints comes on another way than its answers, and later.
    const bright = (alerts as unknown as Antares[]).filter(isBright).length;
    await until('all is printed', () => said.filter((text) => text.includes('bright: ')).length >= bright);
    hook.stop();
  }
  return { alerts, said };
}

const inExamples = (name: string): string => join(projectRoot, 'examples', name);

const radians = (deg: number): number => (deg / 180) * Math.PI;

/** The cosine of the angle between two places, from their unit vectors. */
function dot(...places: readonly [Ztf['candidate'], Ztf['candidate']]): number {
  const [a, b] = places.map(({ ra, dec }) => [
    Math.cos(radians(dec)) * Math.cos(radians(ra)),
    Math.cos(radians(dec)) * Math.sin(radians(ra)),
    Math.sin(radians(dec)),
  ]);
  return (a ?? []).reduce((sum, each, i) => sum + each * (b?.[i] ?? 0), 0);
}

interface Antares {
  readonly new_alert: { readonly properties: { readonly ztf_magpsf: number } };
}

const isBright = ({ new_alert }: Antares): boolean => new_alert.properties.ztf_magpsf <= 18;

interface Ztf {
  readonly candid: number;
  readonly candidate: { readonly ra: number; readonly dec: number };
}

test('bright-transient.mjs keeps what is bright, and says so', async () => {
  const { alerts, said } = await run(inExamples('bright-transient.mjs'), 'antares');
  assert.ok(alerts.length > 0 && alerts.length < COUNT, `${alerts.length} of ${COUNT}`);
  for (const { new_alert } of alerts as unknown as Antares[])
    assert.ok(new_alert.properties.ztf_magpsf <= 18);
  assert.equal(said.filter((text) => text.startsWith('bright: ')).length, alerts.length);
});

test('cone-search.mjs keeps what is in the cone', async () => {
  const all = (await run(null, 'ztf')).alerts as unknown as Ztf[];
  const [centre] = all;
  assert.ok(centre !== undefined);
  const radiusDeg = 40;
  process.env['CONE'] = `${centre.candidate.ra},${centre.candidate.dec},${radiusDeg}`;
  const { alerts } = await run(inExamples('cone-search.mjs'), 'ztf');
  const near = all.filter(
    ({ candidate }) => dot(candidate, centre.candidate) >= Math.cos(radians(radiusDeg)),
  );
  assert.ok(near.length > 1 && near.length < COUNT, `${near.length} of ${COUNT}`);
  assert.deepEqual(alerts, near);
});

test('csv-summary.mjs writes a line an alert and saves them all', async (t) => {
  const dir = newFolder(t);
  process.env['SUMMARY_DIR'] = dir;
  const { alerts } = await run(inExamples('csv-summary.mjs'), 'ztf');
  assert.equal(alerts.length, COUNT);
  const [file] = readdirSync(dir);
  const lines = readFileSync(join(dir, String(file)), 'utf8')
    .trimEnd()
    .split('\n');
  assert.equal(lines.length, COUNT);
  for (const line of lines) assert.match(line, /^[^,]+,\d+,\d{15,19},24\d{5}\.\d+(,-?\d+(\.\d+)?){4}$/);
});

test('add-field.ts adds the galactic latitude', async () => {
  // As Node.js runs it from 22.18 on; on older ones only the compiled file can be loaded.
  const file = join(projectRoot, 'build', 'examples', 'add-field.js');
  const { alerts } = await run(file, 'ztf');
  assert.equal(alerts.length, COUNT);
  const { processAlert } = (await import(file)) as {
    processAlert: (alert: object, context: object) => { galacticLatitudeDeg: number };
  };
  const context = { logger: { debug: () => undefined } };
  // Places as SIMBAD has them: M 31, Sagittarius A*, Sirius.
  for (const [ra, dec, wantedDeg] of [
    [10.6847, 41.2688, -21.573],
    [266.4168, -29.0078, -0.046],
    [101.2872, -16.7161, -8.89],
  ]) {
    const { galacticLatitudeDeg } = processAlert({ candid: 1n, candidate: { ra, dec } }, context);
    assert.ok(Math.abs(galacticLatitudeDeg - Number(wantedDeg)) < 0.01, String(galacticLatitudeDeg));
  }
  const [first] = alerts as unknown as (Ztf & { galacticLatitudeDeg: number })[];
  assert.ok(first);
  assert.equal(first.galacticLatitudeDeg, processAlert({ ...first }, context).galacticLatitudeDeg);
});

test('process_alert.py saves everything and prints what is bright', { skip: skipPython }, async () => {
  const { alerts, said } = await run(inExamples('process_alert.py'), 'antares');
  assert.equal(alerts.length, COUNT);
  const bright = (alerts as unknown as Antares[]).filter(isBright);
  assert.ok(bright.length > 0);
  assert.equal(said.filter((text) => text.includes('bright: ')).length, bright.length);
});
