import assert from 'node:assert/strict';
import { test } from 'node:test';
import avsc from 'avsc';
import fc from 'fast-check';
import { pythonFloat } from '../../../../src/worker/encode/python-float.ts';
import { long, recordOf, sized, valueOf } from '../../../support/avro.ts';
import { assertBad } from '../../../support/transcode.ts';

const floatBytes = (value: number): Buffer => Buffer.from(new Float32Array([value]).buffer);
const doubleBytes = (value: number): Buffer => Buffer.from(new Float64Array([value]).buffer);

test('longs are exact over all 64 bits', () => {
  const anyLong = fc
    .tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: 0n, max: 63n }))
    .map(([value, shift]) => value >> shift);
  fc.assert(
    fc.property(anyLong, (value) => {
      assert.equal(valueOf('long', long(value)), String(value));
    }),
    { numRuns: 1_000 },
  );
  for (const power of [6n, 13n, 20n, 27n, 28n, 34n, 48n, 52n, 53n, 55n, 56n, 62n]) {
    for (const value of [2n ** power - 1n, 2n ** power, -(2n ** power), -(2n ** power) - 1n]) {
      assert.equal(valueOf('long', long(value)), String(value));
    }
  }
});

test('a long that is longer than 64 bits is refused', () => {
  assertBad(
    'BAD_AVRO',
    () => valueOf('long', Buffer.from('ffffffffffffffffff02', 'hex')),
    /longer than 64 bits/,
  );
  assertBad(
    'BAD_AVRO',
    () => valueOf('long', Buffer.from('ffffffffffffffffffff01', 'hex')),
    /longer than 64 bits/,
  );
  assertBad('BAD_AVRO', () => valueOf('int', long(2n ** 31n)), /no 32-bit integer/);
});

test('a float is widened and written with the shortest digits of that double', () => {
  assert.equal(valueOf('float', floatBytes(0.1)), '0.10000000149011612');
  assert.equal(valueOf('float', floatBytes(-999)), '-999.0');
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(valueOf('float', floatBytes(value)), pythonFloat(value));
    }),
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(valueOf('double', doubleBytes(value)), pythonFloat(value));
    }),
  );
});

test('NaN and infinities are null, or literal where that is asked for', () => {
  for (const [value, literal] of [
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
  ] as const) {
    assert.equal(valueOf('float', floatBytes(value)), 'null');
    assert.equal(valueOf('double', doubleBytes(value), { nonFinite: 'literal' }), literal);
  }
});

test('bytes and fixed come out as base64, text and symbols as text', () => {
  assert.equal(valueOf('bytes', sized(Buffer.from([1, 2, 3]))), '"AQID"');
  assert.equal(valueOf('bytes', sized('')), '""');
  assert.equal(valueOf({ type: 'fixed', name: 'F', size: 2 }, Buffer.from([255, 254])), '"//4="');
  assert.equal(valueOf('string', sized('é')), '"\\u00e9"');
  assert.equal(valueOf({ type: 'enum', name: 'E', symbols: ['A', 'B'] }, long(1)), '"B"');
});

test('unions are unwrapped', () => {
  assert.equal(valueOf(['null', 'int', 'string'], long(0)), 'null');
  assert.equal(valueOf(['null', 'int', 'string'], Buffer.concat([long(2), sized('a')])), '"a"');
});

test('arrays and maps may come in blocks, with or without their sizes', () => {
  const blocks = Buffer.concat([long(2), long(1), long(2), long(-1), long(1), long(3), long(0)]);
  assert.equal(valueOf({ type: 'array', items: 'int' }, blocks), '[1,2,3]');
  const map = Buffer.concat([
    long(2),
    sized('b'),
    long(1),
    sized('a'),
    long(2),
    long(1),
    sized('b'),
    long(3),
    long(0),
  ]);
  assert.equal(valueOf({ type: 'map', values: 'int' }, map), '{"b":3,"a":2}');
  assert.equal(
    valueOf({ type: 'array', items: 'null' }, Buffer.concat([long(3), long(0)])),
    '[null,null,null]',
  );
});

test('a date or a time in milliseconds that is no 32-bit integer is refused', () => {
  for (const logicalType of ['date', 'time-millis'])
    assert.throws(() => valueOf({ type: 'int', logicalType }, long(2 ** 40)), /BAD_AVRO|no 32-bit integer/);
});

test('a decimal whose precision is no whole number is bytes', () => {
  const type = { type: 'bytes', logicalType: 'decimal', precision: 3.5 };
  assert.equal(valueOf(type, sized(Buffer.from([5]))), '"BQ=="');
});

const logical: [string, Record<string, unknown>, Buffer, string][] = [
  ['date', { type: 'int', logicalType: 'date' }, long(20781), '"2026-11-24"'],
  ['date before 1970', { type: 'int', logicalType: 'date' }, long(-1), '"1969-12-31"'],
  ['date of no four-digit year', { type: 'int', logicalType: 'date' }, long(2_147_483_647), '2147483647'],
  ['time-millis', { type: 'int', logicalType: 'time-millis' }, long(10_800_001), '"03:00:00.001"'],
  ['time-millis past midnight', { type: 'int', logicalType: 'time-millis' }, long(86_400_000), '86400000'],
  ['time-micros', { type: 'long', logicalType: 'time-micros' }, long(86_399_999_999), '"23:59:59.999999"'],
  [
    'timestamp-millis',
    { type: 'long', logicalType: 'timestamp-millis' },
    long(1795489200001),
    '"2026-11-24T03:00:00.001Z"',
  ],
  [
    'timestamp-micros',
    { type: 'long', logicalType: 'timestamp-micros' },
    long(1795489200000000n),
    '"2026-11-24T03:00:00.000000Z"',
  ],
  [
    'timestamp-micros before 1970',
    { type: 'long', logicalType: 'timestamp-micros' },
    long(-1),
    '"1969-12-31T23:59:59.999999Z"',
  ],
  [
    'timestamp-micros of no year',
    { type: 'long', logicalType: 'timestamp-micros' },
    long(2n ** 63n - 1n),
    '9223372036854775807',
  ],
  [
    'timestamp-nanos',
    { type: 'long', logicalType: 'timestamp-nanos' },
    long(1795489200000000001n),
    '"2026-11-24T03:00:00.000000001Z"',
  ],
  [
    'local-timestamp-millis',
    { type: 'long', logicalType: 'local-timestamp-millis' },
    long(0),
    '"1970-01-01T00:00:00.000"',
  ],
  [
    'local-timestamp-micros',
    { type: 'long', logicalType: 'local-timestamp-micros' },
    long(0),
    '"1970-01-01T00:00:00.000000"',
  ],
  [
    'local-timestamp-nanos',
    { type: 'long', logicalType: 'local-timestamp-nanos' },
    long(0),
    '"1970-01-01T00:00:00.000000000"',
  ],
  [
    'decimal',
    { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 },
    sized(Buffer.from([0xff, 0x85])),
    '"-1.23"',
  ],
  [
    'small decimal',
    { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 4 },
    sized(Buffer.from([1])),
    '"0.0001"',
  ],
  [
    'decimal without digits',
    { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 1 },
    sized(''),
    '"0.0"',
  ],
  [
    'whole decimal',
    { type: 'fixed', name: 'D', size: 9, logicalType: 'decimal', precision: 20 },
    Buffer.from('008ac7230489e80000', 'hex'),
    '"10000000000000000000"',
  ],
  ['uuid', { type: 'string', logicalType: 'uuid' }, sized('0-0'), '"0-0"'],
  [
    'uuid of 16 bytes',
    { type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' },
    Buffer.from('550e8400e29b41d4a716446655440000', 'hex'),
    '"550e8400-e29b-41d4-a716-446655440000"',
  ],
  [
    'duration',
    { type: 'fixed', name: 'T', size: 12, logicalType: 'duration' },
    Buffer.from('010000000200000003000000', 'hex'),
    '"P1M2DT0.003S"',
  ],
  ['logical type that does not fit', { type: 'string', logicalType: 'date' }, sized('x'), '"x"'],
  ['logical type that nobody knows', { type: 'int', logicalType: 'colour' }, long(1), '1'],
  [
    'decimal with a wrong scale',
    { type: 'bytes', logicalType: 'decimal', precision: 1, scale: 2 },
    sized('a'),
    '"YQ=="',
  ],
];

for (const [what, type, bytes, json] of logical) {
  test(`a ${what} is written as ${json}`, () => {
    assert.equal(valueOf(type, bytes), json);
  });
}

test('what avsc writes by a schema of everything is read as the same', () => {
  const point = {
    type: 'record',
    name: 'Point',
    fields: [
      { name: 'ra', type: 'double' },
      { name: 'fid', type: 'int' },
    ],
  };
  const type = {
    type: 'record',
    name: 'Everything',
    fields: [
      { name: 'flag', type: 'boolean' },
      { name: 'text', type: ['null', 'string'] },
      { name: 'points', type: { type: 'array', items: point } },
      { name: 'extra', type: { type: 'map', values: ['null', 'Point'] } },
      { name: 'stamp', type: 'bytes' },
    ],
  };
  const writer = avsc.Type.forSchema(recordOf(type) as avsc.Schema, { wrapUnions: false });
  const aPoint = fc.record(
    { ra: fc.double({ noNaN: true, noDefaultInfinity: true }).map((ra) => ra + 0), fid: fc.integer() },
    { noNullPrototype: true },
  );
  const value = fc.record(
    {
      flag: fc.boolean(),
      text: fc.option(fc.string()),
      points: fc.array(aPoint),
      extra: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.option(aPoint), { noNullPrototype: true }),
      stamp: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(value, (x) => {
      const expected = { ...x, stamp: x.stamp.toString('base64') };
      assert.deepEqual(
        JSON.parse(valueOf(type, writer.toBuffer({ x }))),
        JSON.parse(JSON.stringify(expected)),
      );
    }),
    { numRuns: 300 },
  );
});

const damaged: [string, unknown, Buffer, RegExp][] = [
  ['a boolean of 2', 'boolean', Buffer.from([2]), /boolean is 2/],
  ['a symbol that is none', { type: 'enum', name: 'E', symbols: ['A'] }, long(1), /no symbol 1/],
  ['a symbol before the first', { type: 'enum', name: 'E', symbols: ['A'] }, long(-1), /no symbol -1/],
  ['a branch that is none', ['null', 'int'], long(2), /no branch 2/],
  ['text that is not UTF-8', 'string', sized(Buffer.from([0xff])), /not UTF-8/],
];

for (const [what, type, bytes, text] of damaged) {
  test(`${what} is refused`, () => {
    assertBad('BAD_AVRO', () => valueOf(type, bytes), text);
  });
}

test('a length is checked before it is believed', () => {
  for (const length of [1, 0x7fffffff]) {
    assertBad('TRUNCATED', () => valueOf('string', long(length)), /announced at byte/);
    assertBad('TRUNCATED', () => valueOf('bytes', long(length)));
  }
  assertBad('BAD_AVRO', () => valueOf('bytes', long(2n ** 62n)));
  assertBad('BAD_AVRO', () => valueOf('bytes', long(-1)), /length of -1/);
  const array = { type: 'array', items: 'int' };
  assertBad('TRUNCATED', () => valueOf(array, Buffer.concat([long(-1), long(100), long(0)])));
  assertBad('TRUNCATED', () => valueOf(array, long(1000)));
  assertBad('TOO_LARGE', () => valueOf({ type: 'array', items: 'null' }, long(1e12)), /items are announced/);
  assertBad(
    'TOO_LARGE',
    () => valueOf({ type: 'array', items: 'null' }, Buffer.concat([long(-1e12), long(0)])),
    /items are/,
  );
});

test('bytes behind the record are refused', () => {
  assertBad('TRAILING_BYTES', () => valueOf('int', Buffer.from([2, 0])), /1 bytes follow/);
});

test('a decimal of a megabyte is refused', () => {
  const type = { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 };
  assertBad('TOO_LARGE', () => valueOf(type, sized(Buffer.alloc(1_000_000, 1))));
});
