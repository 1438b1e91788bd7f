import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AvroEncoder, Misfit } from '../../../src/worker/datum/encode.ts';
import type { Value } from '../../../src/worker/datum/value.ts';
import { compileSchema } from '../../../src/worker/decode/avro/schema.ts';
import { recordOf, valueOf } from '../../support/avro.ts';

function encode(type: unknown, value: Value): Uint8Array {
  return new AvroEncoder().encode(compileSchema(JSON.stringify(recordOf(type))), new Map([['x', value]]));
}
const long = (logicalType: string): unknown => ({ type: 'long', logicalType });
const date = { type: 'int', logicalType: 'date' };
const decimal = { type: 'bytes', logicalType: 'decimal', precision: 3, scale: 1 };
const duration = { type: 'fixed', name: 'D', size: 12, logicalType: 'duration' };

test('times, dates and decimals that a hook returns come out as they went in', () => {
  for (const [type, value] of [
    [date, '2024-02-29'],
    [long('timestamp-millis'), '2024-02-29T12:00:00.125Z'],
    [long('timestamp-nanos'), '2200-01-01T00:00:00.000000001Z'],
    [long('local-timestamp-micros'), '1969-12-31T23:59:59.999999'],
    [long('time-micros'), '23:59:59.000001'],
    [decimal, '-99.9'],
    [duration, 'P4294967295M2DT4294967.295S'],
  ] as const) {
    assert.equal(valueOf(type, encode(type, value)), JSON.stringify(value));
  }
  assert.equal(
    valueOf(long('timestamp-micros'), encode(long('timestamp-micros'), '2024-02-29 12:00')),
    '"2024-02-29T12:00:00.000000Z"',
  );
});

test('a time that names its zone, as a datetime of Python does, is written as the moment that it is', () => {
  for (const [text, moment] of [
    ['2024-03-01T12:00:00+00:00', '2024-03-01T12:00:00.000000Z'],
    ['2024-02-29T17:00:00.25-07:00', '2024-03-01T00:00:00.250000Z'],
    ['1970-01-01 05:29:59.999999+05:30', '1969-12-31T23:59:59.999999Z'],
  ] as const)
    assert.equal(
      valueOf(long('timestamp-micros'), encode(long('timestamp-micros'), text)),
      JSON.stringify(moment),
    );
});

test('what does not fit its type is refused, and not cut to it', () => {
  for (const [type, value] of [
    [long('timestamp-nanos'), '2500-01-01T00:00:00.000000000Z'],
    [long('timestamp-micros'), 2n ** 70n],
    [long('timestamp-millis'), '2024-02-30T00:00:00Z'],
    [long('timestamp-micros'), '2024-02-29T00:00:00+24:00'],
    [long('local-timestamp-micros'), '2024-02-29T00:00:00+00:00'],
    [long('time-micros'), '12:00:00+01:00'],
    [long('time-micros'), '24:00:00'],
    [date, 2n ** 40n],
    [date, '2024-02-30'],
    [decimal, '100.0'],
    [duration, 'P5000000000M0DT0.000S'],
    ['float', 1e300],
  ] as const) {
    assert.throws(() => encode(type, value), Misfit, String(value));
  }
});

test('of a float and a double, a number is what holds it', () => {
  const type = ['null', 'float', 'double'];
  assert.equal(valueOf(type, encode(type, 0.1)), '0.1');
  assert.equal(encode(type, 0.5)[0], 2);
  assert.equal(encode(type, Number.NaN)[0], 2);
});

test('an integer is none of the floats in a union, and a float none of its integers, whichever come first', () => {
  for (const type of [
    ['null', 'float', 'double', 'int', 'long'],
    ['null', 'long', 'int', 'double', 'float'],
  ]) {
    for (const value of [3n, -(2n ** 53n), 2n ** 63n - 1n])
      assert.equal(valueOf(type, encode(type, value)), String(value));
    for (const [value, text] of [
      [5, '5.0'],
      [-999, '-999.0'],
      [0.1, '0.1'],
    ] as const)
      assert.equal(valueOf(type, encode(type, value)), text);
  }
  assert.equal(valueOf(['null', 'double'], encode(['null', 'double'], 7n)), '7.0');
  assert.equal(valueOf(['null', 'long'], encode(['null', 'long'], 7)), '7');
});

test('a decimal takes no longer for the precision that its schema names', () => {
  for (const precision of [1_000_000_000, Number.MAX_SAFE_INTEGER]) {
    const type = { type: 'bytes', logicalType: 'decimal', precision, scale: 2 };
    for (const value of ['-1.25', '0.00', '12345678901234567890.00'])
      assert.equal(valueOf(type, encode(type, value)), JSON.stringify(value));
  }
  assert.equal(valueOf(decimal, encode(decimal, '00099.9')), '"99.9"');
});
