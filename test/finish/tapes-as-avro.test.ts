import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inferSchema } from '../../src/finish/infer.ts';
import { TapesAsAvro } from '../../src/finish/tapes-as-avro.ts';
import { Data } from '../../src/worker/datum/data.ts';
import { ValueBuilder } from '../../src/worker/datum/value.ts';
import { Cursor } from '../../src/worker/decode/avro/cursor.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { messageOf } from '../support/samples.ts';

const data = new Data({
  format: 'json',
  schemas: new KnownSchemas(),
  reduction: null,
  stampFiles: null,
  checkOf: () => null,
});

function tapesOf(alerts: readonly string[]): Uint8Array[] {
  return alerts.flatMap((alert) => [...data.read(messageOf(Buffer.from(alert)))].map(({ bytes }) => bytes));
}

/** Alerts in JSON, through tapes and Avro, as values again. */
function throughAvro(alerts: readonly string[]): unknown[] {
  const tapes = tapesOf(alerts);
  const avro = new TapesAsAvro(inferSchema(tapes));
  return tapes.map((tape) => {
    const cursor = new Cursor(Buffer.from(avro.encode(tape)));
    const values = new ValueBuilder();
    avro.type.read(cursor, values);
    assert.equal(cursor.left, 0);
    return plain(values.result);
  });
}

/** Without what is null or missing, which are the same in a column. */
function plain(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries(
      [...(value as Map<string, unknown>)]
        .filter(([, each]) => each !== null)
        .map(([key, each]) => [key, plain(each)]),
    );
  return Array.isArray(value) ? value.map(plain) : value;
}

test('what alerts have in common is a type, what they have not is null, in whatever order their keys are', () => {
  assert.deepEqual(
    throughAvro(['{"a":1,"b":{"x":[1.5],"y":"é"}}', '{"c":true,"b":{"y":"","x":[]},"a":null}', '{}']),
    [{ a: 1n, b: { x: [1.5], y: 'é' } }, { b: { x: [], y: '' }, c: true }, {}],
  );
});

test('integers keep all their digits, and are doubles beside doubles only where that is exact', () => {
  const [large, small] = [String(2n ** 63n - 1n), String(-(2n ** 63n))];
  assert.deepEqual(throughAvro([`{"a":${large},"b":9007199254740991}`, `{"a":${small},"b":0.5}`]), [
    { a: 2n ** 63n - 1n, b: 9007199254740991 },
    { a: -(2n ** 63n), b: 0.5 },
  ]);
  assert.deepEqual(throughAvro(['{"a":9007199254740993}', '{"a":0.5}']), [
    { a: '9007199254740993' },
    { a: '0.5' },
  ]);
  assert.deepEqual(throughAvro([`{"a":${2n ** 64n}}`, '{"a":-1}']), [
    { a: '18446744073709551616' },
    { a: '-1' },
  ]);
});

test('keys that are names of things become JSON before they are too many, and what stands beside them stays', () => {
  const alerts = Array.from({ length: 5_000 }, (_, i) => ({
    id: i,
    survey: { field: i % 7 },
    matches: { [`catalog${i % 50}`]: { [`star${i}`]: { ra: i / 2, name: `n${i}`, seen: [i] } } },
  }));
  const schema = inferSchema(tapesOf(alerts.map((alert) => JSON.stringify(alert))));
  const text = JSON.stringify(schema);
  assert.ok(text.length < 1_000_000, `${text.length} characters`);
  let texts = 0;
  throughAvro(alerts.map((alert) => JSON.stringify(alert))).forEach((through, i) => {
    const { id, survey, matches } = through as Record<string, unknown>;
    assert.deepEqual({ id, survey }, { id: BigInt(i), survey: { field: BigInt(i % 7) } });
    const text = JSON.stringify(matches, (_, value: unknown) => {
      if (typeof value === 'string' && value.startsWith('{')) {
        texts += 1;
        return JSON.parse(value) as unknown;
      }
      return typeof value === 'bigint' ? Number(value) : value;
    });
    assert.deepEqual(JSON.parse(text), alerts[i]?.matches);
  });
  assert.ok(texts > 1_000, `${texts} are text`);
});

test('of a key that comes twice the last value holds, at any depth', () => {
  assert.deepEqual(throughAvro(['{"a":"x","b":{"c":1,"c":2},"a":[3]}', '{"b":{"b":1},"a":[]}']), [
    { a: [3n], b: { c: 2n } },
    { a: [], b: { b: 1n } },
  ]);
});

test('what has nothing in common is its JSON', () => {
  assert.deepEqual(throughAvro(['{"a":{"b":[null,1e3]}}', '{"a":"text"}', '{"a":false}']), [
    { a: '{"b":[null,1000.0]}' },
    { a: 'text' },
    { a: 'false' },
  ]);
  assert.deepEqual(throughAvro(['[1,2]', '{"other":1}']), [{ value: [1n, 2n] }, { other: 1n }]);
});

test('an alert with thousands of keys is a dictionary: it becomes one JSON text, as the others beside it', () => {
  const many = JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`key${i}`, i])));
  assert.deepEqual(throughAvro([many, '{"a":1}']), [{ value: many }, { value: '{"a":1}' }]);
  assert.deepEqual(throughAvro([`{"a":${many}}`, '{"a":null}']), [{ a: many }, {}]);
});

test('alerts of one shape come out as they went in', () => {
  const alert = fc.record(
    {
      id: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      name: fc.string({ unit: 'grapheme' }),
      flux: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((flux) => !Number.isInteger(flux)),
      history: fc.array(
        fc.record(
          { mjd: fc.constantFrom(60_000.5, 61_000.25), isDiff: fc.boolean() },
          { requiredKeys: ['mjd'] },
        ),
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(alert, { minLength: 1, maxLength: 10 }), (alerts) => {
      const texts = alerts.map((each) =>
        JSON.stringify(each, (_, value: unknown) =>
          typeof value === 'bigint' ? `big${value}` : value,
        ).replaceAll(/"big(-?\d+)"/g, '$1'),
      );
      assert.deepEqual(
        throughAvro(texts),
        alerts.map((each) => ({
          ...each,
          ...(each.history && { history: each.history.map((item) => ({ ...item })) }),
        })),
      );
    }),
  );
});

test('what stands in forty objects and arrays is JSON, and what stands beside it stays', () => {
  for (const [open, close] of [
    ['{"a":', '}'],
    ['[', ']'],
  ] as const) {
    const nested = (levels: number): string => `${open.repeat(levels)}{"b":1}${close.repeat(levels)}`;
    const [first, second] = throughAvro([`{"x":${nested(190)},"y":1.5}`, '{"z":2}']);
    const { x, ...beside } = first as Record<string, unknown>;
    let value = x;
    for (let level = 1; level < 40; level++)
      value = Array.isArray(value) ? (value as unknown[])[0] : (value as Record<string, unknown>)['a'];
    assert.equal(value, nested(190 - 39));
    assert.deepEqual([beside, second], [{ y: 1.5 }, { z: 2n }]);
  }
});
