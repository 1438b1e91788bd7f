import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import * as bson from 'bson';
import fc from 'fast-check';
import { pythonFloat } from '../../../src/worker/encode/python-float.ts';
import {
  array,
  bsonDocument,
  document,
  documentBytes,
  double,
  element,
  type Element,
  int32,
  int32Bytes,
  int64,
  text,
  uint64,
} from '../../support/bson.ts';
import { assertBad, jsonOf } from '../../support/transcode.ts';

const objectId = Buffer.from('507f1f77bcf86cd799439011', 'hex');
const decimal = (value: string): Element =>
  element(0x13, Buffer.from(bson.Decimal128.fromString(value).bytes));
const datetime = (ms: bigint): Element => element(0x09, int64(ms).bytes);
const codeWithScope = (code: string, scope: Element): Element => {
  const body = Buffer.concat([text(code).bytes, scope.bytes]);
  return element(0x0f, int32Bytes(body.length + 4), body);
};

const forms: [string, Element, string][] = [
  ['double', double(-999), '-999.0'],
  ['NaN', double(Number.NaN), 'NaN'],
  ['infinity', double(Number.NEGATIVE_INFINITY), '-Infinity'],
  ['string', text('caf\u00e9'), '"caf\\u00e9"'],
  ['string with a NUL', text('a\0b'), '"a\\u0000b"'],
  ['document', document(['b', int32(1)], ['a', int32(2)]), '{"b":1,"a":2}'],
  ['array', array(int32(1), double(1)), '[1,1.0]'],
  [
    'array with odd keys',
    element(
      0x04,
      documentBytes([
        ['7', int32(1)],
        ['x', int32(2)],
      ]),
    ),
    '[1,2]',
  ],
  ['binary', element(0x05, int32Bytes(3), [0], [1, 2, 3]), '"AQID"'],
  ['binary of a user', element(0x05, int32Bytes(1), [0x80], [255]), '"/w=="'],
  [
    'old binary with its second length',
    element(0x05, int32Bytes(7), [2], int32Bytes(3), [1, 2, 3]),
    '"AQID"',
  ],
  ['undefined', element(0x06), 'null'],
  ['ObjectId', element(0x07, objectId), '"507f1f77bcf86cd799439011"'],
  ['true', element(0x08, [1]), 'true'],
  ['false', element(0x08, [0]), 'false'],
  ['datetime', datetime(1795489200000n), '"2026-11-24T03:00:00.000Z"'],
  ['datetime before 1970', datetime(-1n), '"1969-12-31T23:59:59.999Z"'],
  ['datetime of the year 10000', datetime(253402300800000n), '253402300800000'],
  ['datetime of no year', datetime(-(2n ** 63n)), '-9223372036854775808'],
  ['null', element(0x0a), 'null'],
  ['regular expression', element(0x0b, Buffer.from('a+\0im\0')), '"/a+/im"'],
  [
    'DBPointer',
    element(0x0c, text('db.c').bytes, objectId),
    '{"$ref":"db.c","$id":"507f1f77bcf86cd799439011"}',
  ],
  ['code', text('f()', 0x0d), '"f()"'],
  ['symbol', text('s', 0x0e), '"s"'],
  ['code with scope', codeWithScope('f()', document(['x', int32(1)])), '{"$code":"f()","$scope":{"x":1}}'],
  ['int32', int32(-2147483648), '-2147483648'],
  ['uint64, which py-bson writes as a timestamp', uint64(2n ** 64n - 1n), '18446744073709551615'],
  ['int64', int64(-(2n ** 63n)), '-9223372036854775808'],
  ['decimal128', decimal('-1.50E+100'), '"-1.50E+100"'],
  ['max key', element(0x7f), '"MaxKey"'],
  ['min key', element(0xff), '"MinKey"'],
];

for (const [what, value, json] of forms) {
  test(`BSON's ${what} is written as ${json}`, () => {
    assert.deepEqual(jsonOf(bsonDocument(['x', value], ['after', int32(1)])), [`{"x":${json},"after":1}`]);
  });
}

test('integers are exact from the minimum of int64 to the maximum of uint64', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      fc.bigInt({ min: 0n, max: 63n }),
      (value, shift) => {
        // Shifted, so that small ones and those around 2^53 come too.
        const small = value >> shift;
        const signed = small < 2n ** 63n ? [int64(small)] : [];
        const unsigned = small >= 0n ? [uint64(small)] : [];
        const both = [...signed, ...unsigned];
        assert.deepEqual(jsonOf(bsonDocument(['x', array(...both)])), [
          `{"x":[${both.map(() => small).join()}]}`,
        ]);
      },
    ),
  );
  for (const edge of [
    2n ** 53n,
    -(2n ** 53n),
    2n ** 53n - 1n,
    2n ** 53n + 1n,
    -(2n ** 53n) - 1n,
    2n ** 32n,
    -1n,
  ]) {
    assert.deepEqual(jsonOf(bsonDocument(['x', int64(edge)])), [`{"x":${edge}}`]);
  }
});

test('what the bson package writes is read as the same', () => {
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.integer().map((n) => new bson.Int32(n)),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => new bson.Double(n)),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => bson.Long.fromBigInt(n)),
      fc.constantFrom(null, true, false),
      fc.array(tie('value')),
      fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie('value')),
    ),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-zA-Z_.é]{0,80}$/), value), (alert) => {
      assert.deepEqual(jsonOf(deflateSync(bson.serialize(alert))), [plain(alert)]);
    }),
    { numRuns: 300 },
  );
});

/** Compact JSON of what went into the bson package. */
function plain(value: unknown): string {
  if (value instanceof bson.Double) return pythonFloat(value.value);
  if (value instanceof bson.Int32) return String(value.value);
  if (value instanceof bson.Long) return value.toString();
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${plain(key)}:${plain(inner)}`)
      .join()}}`;
  }
  const text = JSON.stringify(value);
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

test('names are read right whatever order they come in', () => {
  const names = ['a', 'ab', 'abc', 'b', '', 'é', 'x'.repeat(100)];
  fc.assert(
    fc.property(fc.shuffledSubarray(names), (some) => {
      const expected = `{${some.map((name) => `"${name.replace('é', '\\u00e9')}":1`).join()}}`;
      assert.deepEqual(jsonOf(bsonDocument(...some.map((name) => [name, int32(1)] as const))), [expected]);
    }),
  );
});

const good = documentBytes([
  ['a', text('bc')],
  ['d', array(int32(1))],
]);
const patched = (at: number, value: number): Buffer => {
  const bytes = Buffer.from(good);
  bytes.writeInt32LE(value, at);
  return bytes;
};

test('a length that is not true is noticed before it is believed', () => {
  for (const length of [-1, 0, 4, good.length + 1, 0x7fffffff, -0x80000000]) {
    assertBad('BAD_BSON', () => jsonOf(deflateSync(patched(0, length))), /claims a length of/);
  }
  for (const length of [-1, 0, 2, 4, 0x7fffffff]) {
    assertBad('BAD_BSON', () => jsonOf(deflateSync(patched(7, length))));
  }
  assertBad(
    'BAD_BSON',
    () => jsonOf(bsonDocument(['x', element(0x05, int32Bytes(0x7fffffff), [0])])),
    /binary at byte 7/,
  );
  assertBad('BAD_BSON', () =>
    jsonOf(bsonDocument(['x', element(0x0f, int32Bytes(99), text('f').bytes, document().bytes)])),
  );
});

test('what is not BSON is refused with the place', () => {
  assertBad(
    'BAD_BSON',
    () => jsonOf(bsonDocument(['x', element(0x14)])),
    /no element type 0x14 \(byte \d+\)/,
  );
  assertBad('BAD_BSON', () => jsonOf(bsonDocument(['x', element(0x08, [2])])), /boolean is 2/);
  assertBad(
    'BAD_BSON',
    () => jsonOf(bsonDocument(['x', text(Buffer.from([0xc3]))])),
    /at byte 11 is not UTF-8/,
  );
  assertBad(
    'BAD_BSON',
    () => jsonOf(bsonDocument(['x', text(Buffer.from([0xff, 0xef, 0xbf, 0xbd]))])),
    /not UTF-8/,
  );
  const badName = documentBytes([['x', int32(1)]]);
  badName[5] = 0xff;
  assertBad('BAD_BSON', () => jsonOf(deflateSync(badName)), /at byte 5 is not UTF-8/);
  assertBad(
    'TRAILING_BYTES',
    () => jsonOf(deflateSync(Buffer.concat([good, Buffer.from([0])]))),
    /1 bytes follow/,
  );
  assertBad('TRUNCATED', () => jsonOf(deflateSync(Buffer.alloc(0))));
});

test('an honest replacement character is no damage', () => {
  assert.deepEqual(jsonOf(bsonDocument(['x', text('\ufffd')])), ['{"x":"\\ufffd"}']);
});

test('nesting ends at 200 levels', () => {
  const nested = (levels: number): Buffer => {
    let inner = int32(1);
    for (let i = 0; i < levels; i++) inner = document(['a', inner]);
    return bsonDocument(['a', inner]);
  };
  assert.equal(jsonOf(nested(200))[0]?.length, 6 * 201 + 1);
  assertBad('TOO_DEEP', () => jsonOf(nested(201)), /200 levels/);
});
