import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distanceDeg, isInCone, parseCone } from '../../../src/worker/select/cone.ts';

const ra = fc.double({ min: 0, max: 360, noNaN: true });
const dec = fc.double({ min: -90, max: 90, noNaN: true });

/** As a unit vector. */
function vector(raDeg: number, decDeg: number): [number, number, number] {
  const [a, d] = [(raDeg * Math.PI) / 180, (decDeg * Math.PI) / 180];
  return [Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)];
}

test('distances agree with the angle between vectors', () => {
  fc.assert(
    fc.property(ra, dec, ra, dec, (ra1, dec1, ra2, dec2) => {
      const [x1, y1, z1] = vector(ra1, dec1);
      const [x2, y2, z2] = vector(ra2, dec2);
      // Half the chord, and half of the one to the antipode: good at both ends.
      const chord = Math.hypot(x1 - x2, y1 - y2, z1 - z2);
      const anti = Math.hypot(x1 + x2, y1 + y2, z1 + z2);
      const expected = (2 * Math.atan2(chord, anti) * 180) / Math.PI;
      assert.ok(Math.abs(distanceDeg(ra1, dec1, ra2, dec2) - expected) < 1e-9);
    }),
    { numRuns: 1_000 },
  );
});

test('cones know the poles and the end of the hours', () => {
  assert.ok(isInCone({ raDeg: 359.99, decDeg: 0, radiusDeg: 0.1 }, 0.01, 0));
  assert.ok(isInCone({ raDeg: 10, decDeg: 89.99, radiusDeg: 0.1 }, 190, 89.99));
  assert.ok(!isInCone({ raDeg: 10, decDeg: 0, radiusDeg: 0.1 }, 190, 0));
  assert.ok(isInCone({ raDeg: 0, decDeg: 0, radiusDeg: 90 }, 0, 90), 'its rim is in it');
});

test('cones are read in degrees and in hours', () => {
  const near = (text: string, expected: readonly number[]): void => {
    const cone = parseCone(text);
    assert.ok(cone, text);
    [cone.raDeg, cone.decDeg, cone.radiusDeg].forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] as number)) < 1e-9, text);
    });
  };
  near('150.1,2.2,5arcmin', [150.1, 2.2, 5 / 60]);
  near(' 10h00m24s , +02d12m00s , 0.1deg', [150.1, 2.2, 0.1]);
  near('0h,-0d30m,30arcsec', [0, -0.5, 30 / 3600]);
  near('23h59m59.9s,-89d59m,1arcsec', [359.999583333333, -89.98333333333, 1 / 3600]);
});

test('what is no cone is refused', () => {
  for (const text of [
    '',
    '1,2',
    '1,2,3',
    '1,91,1deg',
    '-1,0,1deg',
    '361,0,1deg',
    '1,2,0deg',
    '1,2,181deg',
    '1,2,1rad',
    'x,2,1deg',
    '10h61m,0,1deg',
    '1,2,1deg,4',
    '1.2.3,0,1deg',
  ])
    assert.equal(parseCone(text), null, text);
});
