import assert from 'node:assert/strict';
import { test } from 'node:test';
import { several } from '../../src/several.ts';
import { bar, bytesText, countText, durationText, sparkline } from '../../src/status/units.ts';

test('numbers keep three digits and say their unit', () => {
  assert.deepEqual([0, 999, 1_000, 12_345_678, 2e12].map(bytesText), [
    '0 B',
    '999 B',
    '1.0 kB',
    '12.3 MB',
    '2.0 TB',
  ]);
  assert.deepEqual([0, 1234.4, 9_999_999, 12_345_678].map(countText), ['0', '1,234', '9,999,999', '12.3 M']);
});

test('a size that would round to a thousand is one of the next unit', () => {
  assert.deepEqual([999_499, 999_500, 999_999, 999_500_000, 99_950, 999_999e9, 2e15, 2e18].map(bytesText), [
    '999 kB',
    '1.0 MB',
    '1.0 MB',
    '1.0 GB',
    '100 kB',
    '1.0 PB',
    '2.0 PB',
    '2000 PB',
  ]);
});

test('one thing is not several', () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => several(count, 'dead letter')),
    ['0 dead letters', '1 dead letter', '2 dead letters'],
  );
});

test('times use at most two units', () => {
  assert.deepEqual(
    [80, 999.9, 1_500, 59_400, 59_600, 145_000, 3_599_600, 12_000_000, 187_200_000].map(durationText),
    ['80 ms', '1000 ms', '1.5 s', '59 s', '1 min 0 s', '2 min 25 s', '1 h 0 min', '3 h 20 min', '2 d 4 h'],
  );
});

test('a course is drawn from its lowest to its highest, and nothing as nothing', () => {
  assert.equal(sparkline([]), '');
  assert.equal(sparkline([0, 0]), '  ');
  assert.equal(sparkline([0, 1, 4, 8]), ' ▂▅█');
});

test('a bar is as full as the share, within its width', () => {
  assert.equal(bar(0.25, 8), '██░░░░░░');
  assert.equal(bar(7, 3), '███');
  assert.equal(bar(-1, 3), '░░░');
});
