import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Glimpse } from '../../src/glimpse.ts';
import { Glimpses } from '../../src/telemetry/glimpses.ts';
import { WorkerGlimpses } from '../../src/worker/glimpses.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { messageOf, readSamples, sampleSchema, skipSamples, type Survey } from '../support/samples.ts';

function watched(pages: number): WorkerGlimpses {
  const glimpses = new Glimpses(1, () => undefined);
  glimpses.watched(pages);
  const schemas = new KnownSchemas();
  return new WorkerGlimpses(glimpses.settings, 'auto', schemas, 'client.');
}

function glimpseOf(value: string | Buffer, topic = 'client.odd'): Glimpse | undefined {
  const glimpses = watched(1);
  glimpses.saved(messageOf(Buffer.from(value), { topic, partition: 2, offset: 9 }));
  return glimpses.take()[0];
}

test('a glimpse says where on the sky and how bright, for any alert with a place', () => {
  assert.deepEqual(
    glimpseOf('{"id": "ANT1", "ra": 10.5, "dec": -3, "properties": {"newest_alert_magnitude": 18}}'),
    {
      ...{ topic: 'client.odd', partition: 2, offset: 9, survey: 'odd', id: 'ANT1' },
      ...{ ra: 10.5, dec: -3, magnitude: 18, band: '' },
    },
  );
  assert.equal(
    glimpseOf('{"candid": 12345678901234567890, "candidate": {"ra": 1, "dec": 2, "fid": 2}}')?.id,
    '12345678901234567890',
  );
  for (const raDec of [
    '"ra": 1e999, "dec": 2',
    '"ra": 1, "dec": 1e999',
    '"ra": 400, "dec": 2',
    '"ra": 1, "dec": 91',
  ])
    assert.equal(glimpseOf(`{"id": "a", ${raDec}}`), undefined, raDec);
  assert.equal(glimpseOf(`{"id": "${'x'.repeat(5_000)}", "ra": 1, "dec": 2}`)?.id.length, 100);
  for (const odd of ['{}', '{"ra": "1", "dec": 2}', '{"ra": 1, "dec": null}', '[1]', '{"broken', '\x00\x00'])
    assert.equal(glimpseOf(odd), undefined, odd);
});

test('while nobody looks there are none, and else never very many', () => {
  const message = messageOf(Buffer.from('{"ra": 1, "dec": 2}'));
  const unseen = watched(0);
  unseen.saved(message);
  assert.equal(unseen.take().length, 0);
  const seen = watched(1);
  for (let count = 0; count < 20_000; count++) seen.saved(message);
  const { length } = seen.take();
  // 25 at once, and 50 a second while this took.
  assert.ok(length >= 25 && length < 5_000, String(length));
  assert.equal(seen.take().length, 0);
});

test('real alerts show what their files say', { skip: skipSamples }, () => {
  const glimpses = new Glimpses(1, () => undefined);
  glimpses.watched(1);
  const schemas = new KnownSchemas();
  for (const id of [900, 1000, 1100]) schemas.add(id, sampleSchema(id));
  const names: Readonly<Record<Survey, string>> = { antares: 'ANTARES', ztf: 'ZTF', lsst: 'LSST' };
  for (const survey of ['antares', 'ztf', 'lsst'] as const) {
    for (const { wire, name } of readSamples(survey)) {
      const worker = new WorkerGlimpses(glimpses.settings, 'auto', schemas, '');
      worker.saved(messageOf(wire));
      const [glimpse] = worker.take();
      assert.equal(glimpse?.survey, names[survey], name);
      assert.equal(glimpse.id, name);
      assert.ok(glimpse.magnitude !== null && glimpse.magnitude > 10 && glimpse.magnitude < 26);
      assert.match(glimpse.band, /^[ugrizy]$/);
    }
  }
});
