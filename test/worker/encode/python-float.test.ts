import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pythonFloat } from '../../../src/worker/encode/python-float.ts';
import { python, skipPython } from '../../support/transcode.ts';

test('floats are written as Python writes them', () => {
  const written: [number, string][] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [-999, '-999.0'],
    [0.1, '0.1'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [0.000012345, '1.2345e-05'],
    [-4.0644e-6, '-4.0644e-06'],
    [1e-7, '1e-07'],
    [1.5e-10, '1.5e-10'],
    [5e-324, '5e-324'],
    [1e15, '1000000000000000.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [12345678901234567000, '1.2345678901234567e+19'],
    [1e21, '1e+21'],
    [1.5e22, '1.5e+22'],
    [1e100, '1e+100'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [Math.fround(0.1), '0.10000000149011612'],
    [2458350.7066435, '2458350.7066435'],
  ];
  for (const [value, text] of written) assert.equal(pythonFloat(value), text);
});

test('a float written and read again is the same float', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = pythonFloat(value);
      assert.ok(Object.is(Number(text), value), text);
      assert.match(text, /[.e]/);
    }),
    { numRuns: 2_000 },
  );
});

test('Python itself writes thousands of floats no differently', { skip: skipPython }, () => {
  const any = fc.double({ noNaN: true, noDefaultInfinity: true });
  const usual = fc
    .tuple(fc.integer(), fc.integer({ min: -25, max: 25 }))
    .map(([n, e]) => Number(`${n}e${e}`));
  const values = fc.sample(fc.oneof(any, usual), 5_000);
  // As text with 17 digits: that is exact, and does not depend on how either side writes floats.
  const exact = values.map((value) => (Object.is(value, -0) ? '-0.0' : value.toExponential(17)));
  const expected = python(`'\\n'.join(repr(float(text)) for text in given)`, exact).split('\n');
  assert.deepEqual(values.map(pythonFloat), expected);
});
