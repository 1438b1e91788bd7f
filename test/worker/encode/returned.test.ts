import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReturnedValueError } from '../../../src/worker/encode/returned.ts';
import type { AlertObject, TranscoderOptions } from '../../../src/worker/transcode.ts';
import { bsonDocument, double, document, int32, int64, array } from '../../support/bson.ts';
import { messageOf } from '../../support/samples.ts';
import { transcoder } from '../../support/transcode.ts';

type Alert = Record<string, unknown>;

/** What a hook that returns this for the given message makes of its file. */
function returned(
  value: Uint8Array | string,
  hook: (alert: Alert) => unknown,
  options: Partial<TranscoderOptions> = {},
): string {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const [alert] = transcoder(options).transcodeWithObjects(messageOf(bytes)) as Iterable<AlertObject>;
  assert.ok(alert);
  return Buffer.from(alert.encodeReturned(hook(alert.alert))).toString();
}

const light = bsonDocument(
  ['ra', double(10)],
  ['fid', int32(1)],
  ['candid', int64(5n)],
  ['history', array(document(['mag', double(-999)], ['fid', int32(2)]), document(['mag', int32(3)]))],
  ['limits', array(double(1), int32(2))],
  ['nan', double(Number.NaN)],
);

test('a hook gets numbers by their type on the wire', () => {
  returned(light, (alert) => {
    assert.deepEqual(alert, {
      ra: 10,
      fid: 1,
      candid: 5n,
      history: [{ mag: -999, fid: 2 }, { mag: 3 }],
      limits: [1, 2],
      nan: Number.NaN,
    });
    return {};
  });
});

test('of a JSON message a hook gets integers as bigint, others as number', () => {
  returned('{"a":5,"b":5.0,"c":1e3,"d":12345678901234567890,"e":NaN}', (alert) => {
    assert.deepEqual(alert, { a: 5n, b: 5, c: 1000, d: 12345678901234567890n, e: null });
    return {};
  });
});

test('doubles of the source are printed as doubles, integers as integers, item by item', () => {
  const expected =
    '{"ra":10.0,"fid":1,"candid":5,"history":[{"mag":-999.0,"fid":2},{"mag":3}],"limits":[1.0,2],"nan":NaN}';
  assert.equal(
    returned(light, (alert) => alert),
    expected,
  );
  assert.equal(
    returned(light, (alert) => ({ ...alert, ra: 11 })),
    expected.replace('10.0', '11.0'),
  );
});

test('a copy, which is another object, is printed by the path, and a moved value by its key', () => {
  assert.equal(
    returned(light, (alert) =>
      structuredClone({ history: [(alert['history'] as Alert[])[0]], ra: 12, candid: alert['candid'] }),
    ),
    '{"history":[{"mag":-999.0,"fid":2}],"ra":12.0,"candid":5}',
  );
  assert.equal(
    returned(light, (alert) => ({ position: { ra: alert['ra'], fid: 3 } })),
    '{"position":{"ra":10.0,"fid":3}}',
  );
});

test('a new whole number is an integer, a new fraction a double', () => {
  assert.equal(
    returned(light, () => ({
      score: 5,
      sum: 0.5,
      big: 2 ** 53,
      huge: 1e300,
      minus: -0,
      exact: 2n ** 64n - 1n,
    })),
    '{"score":5,"sum":0.5,"big":9007199254740992,"huge":1e+300,"minus":-0.0,"exact":18446744073709551615}',
  );
});

test('a number of a JSON message keeps its own text until it is changed', () => {
  const text = '{"a":1.50,"b":1E5,"c":[1.0,2.00,-0],"d":1e400,"e":12345678901234567890123}';
  assert.equal(
    returned(text, (alert) => alert),
    text,
  );
  assert.equal(
    returned(text, (alert) => ({ ...structuredClone(alert), c: [7, 8, 9n] })),
    '{"a":1.5,"b":100000.0,"c":[7.0,8.0,9],"d":null,"e":12345678901234567890123}',
  );
});

test('dates, bytes, toJSON, undefined and holes have a form', () => {
  assert.equal(
    returned('{}', () => ({
      date: new Date(0),
      bytes: new Uint8Array([1, 2, 3]),
      buffer: Buffer.from('a'),
      url: new URL('https://example.org/'),
      own: { toJSON: () => [1] },
      left: undefined,
      items: [undefined, undefined, 1],
      none: null,
      yes: true,
    })),
    '{"date":"1970-01-01T00:00:00.000Z","bytes":"AQID","buffer":"YQ==","url":"https://example.org/","own":[1],' +
      '"items":[null,null,1],"none":null,"yes":true}',
  );
});

test('what has no form in JSON is refused, with its place', () => {
  const formless: Readonly<Record<string, unknown>> = {
    Promise: Promise.resolve(1),
    Generator: (function* () {
      yield 1;
    })(),
    Map: new Map(),
    'Set Iterator': new Set([1]).values(),
    WeakSet: new WeakSet(),
    RegExp: /a/,
    Error: new TypeError('no'),
    Number: Object(3),
    String: Object('x'),
    Float64Array: new Float64Array(1),
  };
  for (const [name, value] of Object.entries(formless))
    assert.throws(
      () => returned('{}', () => ({ items: [{ value }] })),
      (error) =>
        error instanceof ReturnedValueError &&
        error.message.startsWith(
          `processAlert returned a ${name} at .items[].value, which has no form in JSON`,
        ),
      name,
    );
  assert.throws(() => returned('{}', () => ({ z: Promise.resolve(0.1) })), /an await is missing\.$/);
});

test('a number that is none follows --non-finite', () => {
  const hook = (): Alert => ({ nan: Number.NaN, inf: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] });
  assert.equal(returned('{}', hook), '{"nan":null,"inf":[null,null]}');
  assert.equal(returned('{}', hook, { nonFinite: 'literal' }), '{"nan":NaN,"inf":[Infinity,-Infinity]}');
});

test('a key named __proto__ is a key like any other', () => {
  const text = '{"__proto__":{"polluted":1},"constructor":2}';
  assert.equal(
    returned(text, (alert) => {
      assert.equal(({} as Alert)['polluted'], undefined);
      assert.deepEqual(Object.keys(alert), ['__proto__', 'constructor']);
      return alert;
    }),
    text,
  );
});

test('changing the alert without returning it changes nothing in its file', () => {
  const [alert] = transcoder().transcodeWithObjects(
    messageOf(Buffer.from('{"a":[1]}')),
  ) as Iterable<AlertObject>;
  (alert?.alert['a'] as unknown[]).push(2);
  assert.equal(Buffer.from(alert?.bytes ?? []).toString(), '{"a":[1]}');
});

const circle: Alert = {};
circle['inner'] = [circle];
const deep = JSON.parse('{"a":'.repeat(300) + '1' + '}'.repeat(300)) as unknown;

const refused: [string, unknown, RegExp][] = [
  ['an array', [1], /returned an array/],
  ['a number', 5, /returned the number 5/],
  ['true', true, /returned the boolean true/],
  ['a date', new Date(0), /returned a Date/],
  ['a function inside', { a: { f: () => 1 } }, /returned a function at \.a\.f/],
  ['a symbol inside', { a: [Symbol('s')] }, /returned a symbol at \.a\[\]/],
  ['a map inside', { a: new Map() }, /returned a Map at \.a/],
  ['a set inside', { a: new Set() }, /returned a Set at \.a/],
  ['a typed array inside', { a: new Float64Array(1) }, /returned a Float64Array at \.a/],
  ['an invalid date', { a: new Date(Number.NaN) }, /invalid date at \.a/],
  ['an object that holds itself', circle, /holds itself, at \.inner\[\]/],
  ['an object nested too deeply', deep, /nested deeper than 200 levels/],
  [
    'a getter that throws',
    {
      get a() {
        throw new Error('no');
      },
    },
    /cannot be read at the top: no/,
  ],
];

for (const [what, value, text] of refused) {
  test(`${what} is refused, naming where it stands`, () => {
    assert.throws(
      () => returned('{}', () => value),
      (error: unknown) =>
        error instanceof ReturnedValueError && text.test(error.message) && error.message.endsWith('.'),
    );
  });
}
