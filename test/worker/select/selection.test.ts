import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KnownSchemas } from '../../../src/worker/schemas.ts';
import { Selection } from '../../../src/worker/select/selection.ts';
import { Transcoder, type TranscoderOptions } from '../../../src/worker/transcode.ts';
import { container, long, recordOf } from '../../support/avro.ts';
import { messageOf, readSamples, sampleSchema, skipSamples, type Survey } from '../../support/samples.ts';
import { jsonOf } from '../../support/transcode.ts';

type Json = Record<string, unknown>;

/** Where each survey keeps an alert's place. */
const placeIn = { antares: 'new_alert', ztf: 'candidate', lsst: 'diaSource' } satisfies Record<
  Survey,
  string
>;

function where(text: string | null, ...cones: string[]): Selection {
  const selection = Selection.of({ where: text, cones });
  assert.ok(selection);
  return selection;
}

function transcoder(options: Partial<TranscoderOptions>): Transcoder {
  const schemas = new KnownSchemas();
  schemas.add(900, sampleSchema(900));
  return new Transcoder({
    format: 'auto',
    indent: 0,
    nonFinite: 'auto',
    fieldPaths: [],
    schemas,
    ...options,
  });
}

for (const survey of Object.keys(placeIn) as Survey[]) {
  const samples = skipSamples === false ? readSamples(survey) : [];
  const parsed = samples.map(({ json }) => JSON.parse(json.toString()) as Record<string, Json>);

  test(`real ${survey} alerts pass a filter on any of their numbers as a naive one says`, {
    skip: skipSamples,
  }, () => {
    const record = placeIn[survey];
    const names = Object.keys(parsed[0]?.[record] ?? {}).filter((name) => /^[a-z]\w*$/i.test(name));
    for (const name of names) {
      const values = parsed.map((alert) => alert[record]?.[name]);
      const middle = values.find(
        (value): value is number => typeof value === 'number' && Math.abs(value) < 1e15,
      );
      if (middle === undefined) continue;
      const selected = transcoder({ selection: where(`${record}.${name} > ${middle}`) });
      samples.forEach(({ wire, json }, i) => {
        let dropped = 0;
        const kept = [...selected.transcode(messageOf(wire), () => dropped++)];
        const expected = typeof values[i] === 'number' && values[i] > middle;
        assert.equal(kept.length, Number(expected), name);
        assert.equal(dropped, Number(!expected), name);
        for (const { bytes } of kept)
          assert.deepEqual(JSON.parse(Buffer.from(bytes).toString()), JSON.parse(json.toString()));
      });
    }
  });

  test(`a cone finds the ${survey} alerts that are in it`, { skip: skipSamples }, () => {
    const at = parsed.map((alert) => alert[placeIn[survey]] as { ra: number; dec: number });
    const first = at[0] as { ra: number; dec: number };
    const near = transcoder({ selection: where(null, `${first.ra},${first.dec},1arcsec`) });
    const far = transcoder({ selection: where(null, `${(first.ra + 180) % 360},${-first.dec},1arcsec`) });
    const wire = messageOf((samples[0] as { wire: Buffer }).wire);
    assert.equal([...near.transcode(wire)].length, 1);
    assert.equal([...near.transcodeWithObjects(wire)].length, 1);
    assert.equal([...far.transcode(wire)].length, 0);
    assert.ok(!far.wantsAny(wire));
  });

  test(`only the asked fields of ${survey} alerts are kept, in their order, under the same name`, {
    skip: skipSamples,
  }, () => {
    const record = placeIn[survey];
    const list = { antares: 'alert_history', ztf: 'prv_candidates', lsst: 'prvDiaForcedSources' }[survey];
    const item = { antares: 'mjd', ztf: 'jd', lsst: 'psfFlux' }[survey];
    const reduced = transcoder({
      fieldPaths: [`${record}.ra`, `${record}.dec`],
      reduction: { fields: [`${list}.${item}`, `${record}.dec`, 'nowhere'], dropStamps: false },
    });
    const whole = transcoder({ fieldPaths: [`${record}.ra`, `${record}.dec`] });
    samples.forEach(({ wire }, i) => {
      const [alert] = [...reduced.transcode(messageOf(wire))];
      const [full] = [...whole.transcode(messageOf(wire))];
      assert.ok(alert && full);
      const fields = alert.fields;
      const text = Buffer.from(alert.bytes).toString();
      const given = parsed[i] as Record<string, Json>;
      const expected = Object.fromEntries(
        Object.keys(given)
          .filter((name) => name === list || name === record)
          .map((name) => {
            const value: unknown = given[name];
            if (name === record) return [name, { dec: (value as Json)['dec'] }];
            return [name, Array.isArray(value) ? value.map((each: Json) => ({ [item]: each[item] })) : value];
          }),
      );
      assert.equal(JSON.stringify(JSON.parse(text)), JSON.stringify(expected));
      assert.deepEqual(fields, full.fields);
      const [object] = [...reduced.transcodeWithObjects(messageOf(wire))];
      assert.ok(object);
      assert.equal(Buffer.from(object.bytes).toString(), text);
      assert.deepEqual(Object.keys(object.alert), Object.keys(expected));
      assert.deepEqual(object.fields, full.fields);
    });
  });

  test(`${survey} alerts without stamps have everything else`, { skip: skipSamples }, () => {
    const reduced = transcoder({ reduction: { fields: null, dropStamps: true } });
    samples.forEach(({ wire }, i) => {
      const [alert] = [...reduced.transcode(messageOf(wire))];
      assert.ok(alert);
      const expected = Object.fromEntries(
        Object.entries(parsed[i] as Json).filter(([name]) => !name.startsWith('cutout')),
      );
      assert.equal(JSON.stringify(JSON.parse(Buffer.from(alert.bytes).toString())), JSON.stringify(expected));
    });
  });
}

test('of any JSON alert a filter sees the value that its file shows', () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 5 }),
    fc.constant(null),
    fc.record({ b: fc.integer({ min: 0, max: 5 }) }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), value), { maxLength: 6 }), (members) => {
      // Keys may repeat: the last one counts.
      const text = `{${members.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`).join()}}`;
      const alert = JSON.parse(text) as Record<string, { b?: number } | null>;
      const expected = (alert['a']?.b ?? -1) >= 2;
      assert.equal(jsonOf(text, { selection: where('a.b >= 2') }).length, Number(expected), text);
    }),
  );
});

test('an alert without coordinates is in no cone', () => {
  const selection = where(null, '0,0,180deg');
  assert.equal(jsonOf('{"ra": 1, "dec": 2}', { selection }).length, 1);
  assert.equal(jsonOf('{"data": {"attributes": {"ra": 1, "dec": 2}}}', { selection }).length, 1);
  assert.equal(jsonOf('{"ra": 1, "dec": null}', { selection }).length, 0);
  assert.equal(jsonOf('{"ra": "1", "dec": "2"}', { selection }).length, 0);
});

test('NaN is no number that a filter knows, and integers are exact, whatever a message is made of', () => {
  const nan = Buffer.alloc(8);
  nan.writeDoubleLE(NaN);
  const message = container(recordOf('double'), [{ records: 1, bytes: nan }]);
  assert.equal(jsonOf(message, { selection: where('x == null') }).length, 1);
  assert.equal(jsonOf(message, { selection: where('x != 1') }).length, 0);
  const json = '{"id": 578236284215010025}';
  assert.equal(jsonOf(json, { selection: where('id == 578236284215010025') }).length, 1);
  assert.equal(jsonOf(json, { selection: where('id == 578236284215010026') }).length, 0);
});

test('of several records of a message each is asked by itself, though its first field decides', () => {
  const schema = {
    ...{ type: 'record', name: 'alert' },
    fields: ['x', 'y'].map((name) => ({ name, type: 'long' })),
  };
  const bytes = Buffer.concat([1, 2, 2, 1, 1, 3].map(long));
  const message = container(schema, [{ records: 3, bytes }]);
  assert.deepEqual(jsonOf(message, { selection: where('x == 1') }), ['{"x":1,"y":2}', '{"x":1,"y":3}']);
});

test('a field that only one branch of a union has is found there', () => {
  const branch = (name: string, ...fields: string[]) => ({
    ...{ type: 'record', name },
    fields: fields.map((field) => ({ name: field, type: 'long' })),
  });
  const message = container(recordOf([branch('A', 'x'), branch('B', 'x', 'y')]), [
    { records: 1, bytes: Buffer.concat([1, 5, 7].map(long)) },
  ]);
  assert.equal(jsonOf(message, { selection: where('x.x == 5 and x.y == 7') }).length, 1);
});

test('an alert is where its newest observation is, though a place stands at its top as well', () => {
  const selection = where(null, '10,0,1deg');
  assert.equal(jsonOf('{"ra": 50, "dec": 0, "candidate": {"ra": 10, "dec": 0}}', { selection }).length, 1);
  assert.equal(jsonOf('{"ra": 10, "dec": 0, "candidate": {"ra": 50, "dec": 0}}', { selection }).length, 0);
});

test('only at the top of an alert a field of that name is a stamp', () => {
  const json = '{"cutoutScience":1,"a":{"cutoutScience":2}}';
  assert.deepEqual(jsonOf(json, { reduction: { fields: null, dropStamps: true } }), [
    '{"a":{"cutoutScience":2}}',
  ]);
});

test('one of several cones is enough, and the filter must hold too', () => {
  const selection = where('x == 1', '10,0,1deg', '20,0,1deg');
  assert.equal(jsonOf('{"ra": 20.5, "dec": 0, "x": 1}', { selection }).length, 1);
  assert.equal(jsonOf('{"ra": 15, "dec": 0, "x": 1}', { selection }).length, 0);
  assert.equal(jsonOf('{"ra": 10, "dec": 0, "x": 2}', { selection }).length, 0);
});
