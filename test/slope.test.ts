import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../src/simulate/random.ts';
import { describeSlope, slopeOf } from './support/slope.ts';

const at = Array.from({ length: 400 }, (_, i) => i);

/** How often in a hundred runs of noise a slope of nothing is found where there is none. */
function found(noise: (random: Random) => () => number): number {
  let found = 0;
  for (let run = 0; run < 100; run++) {
    const next = noise(new Random(run, 0));
    const { slope, error } = slopeOf(at, at.map(next));
    if (Math.abs(slope) > 2 * error) found += 1;
  }
  return found;
}

const evenly = (random: Random): number => random.below(1_000) / 1_000 - 0.5;

test('a straight line has its slope, without an error', () => {
  const line = slopeOf(
    at,
    at.map((x) => 100 + 0.25 * x),
  );
  assert.ok(Math.abs(line.slope - 0.25) < 1e-9 && line.error < 1e-6, JSON.stringify(line));
  assert.match(
    describeSlope(line, 100, 'MB per 100,000 inputs'),
    /^25\.00 ± 0\.00 MB per 100,000 inputs, it grows$/,
  );
});

test('noise around nothing is called flat, also where each sample is much like the one before', () => {
  assert.ok(found((random) => () => evenly(random)) < 15);
  const drifting = (random: Random): (() => number) => {
    let level = 0;
    return () => (level = 0.8 * level + evenly(random));
  };
  assert.ok(found(drifting) < 15);
});

test('a slope that is larger than its noise is found', () => {
  const random = new Random(1, 0);
  const grows = slopeOf(
    at,
    at.map((x) => 0.01 * x + evenly(random)),
  );
  assert.match(describeSlope(grows, 1, 'MB/h'), /it grows/);
});
