import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ExactNumber, parseExactly } from '../../src/web/page/json.ts';
import { lightCurve } from '../../src/web/page/light-curve.ts';
import { projectRoot, readSamples, skipSamples } from '../support/samples.ts';

test('LSST: fluxes become AB magnitudes, also negative ones, and noise a limit', () => {
  const at = (midpointMjdTai: number, psfFlux: number, psfFluxErr: number): object => ({
    ...{ midpointMjdTai, psfFlux, psfFluxErr, band: 'r' },
  });
  const points = lightCurve({
    diaSource: at(3, -3631, 100),
    prvDiaSources: [at(2, 36.31, 1)],
    prvDiaForcedSources: [at(1, 5, 100), at(0, Number.NaN, 1), { midpointMjdTai: 4 }],
  });
  assert.deepEqual(
    points.map(({ magnitude, kind, isNegative, isForced }) => [
      Number(magnitude.toFixed(2)),
      ...[kind, isNegative, isForced],
    ]),
    [
      [25.21, 'limit', false, true],
      [27.5, 'detection', false, false],
      [22.5, 'detection', true, false],
    ],
  );
  assert.ok(Math.abs((points[2]?.error ?? 0) - (1.0857 * 100) / 3631) < 1e-4);
});

test('ZTF: detections, limits and forced photometry', () => {
  const points = lightCurve({
    candidate: { jd: 2460003.5, fid: 2, magpsf: 18.5, sigmapsf: 0.1, isdiffpos: 'f' },
    prv_candidates: [{ jd: 2460001.5, fid: 1, magpsf: null, diffmaglim: 20.5 }],
    fp_hists: [
      { jd: 2460002.5, fid: 3, forcediffimflux: -1000, forcediffimfluxunc: 10, magzpsci: 26 },
      { jd: 2460002.5, fid: 3, forcediffimflux: -99999, forcediffimfluxunc: -99999, magzpsci: 26 },
    ],
  });
  assert.deepEqual(points, [
    {
      mjd: 60001,
      band: 'g',
      magnitude: 20.5,
      error: null,
      kind: 'limit',
      isNegative: false,
      isForced: false,
    },
    {
      ...{ mjd: 60002, band: 'i', magnitude: 18.5, error: points[1]?.error, kind: 'detection' },
      isNegative: true,
      isForced: true,
    },
    {
      mjd: 60003,
      band: 'r',
      magnitude: 18.5,
      error: 0.1,
      kind: 'detection',
      isNegative: true,
      isForced: false,
    },
  ]);
});

test('what is no alert has no light curve', () => {
  for (const alert of [null, 7, 'text', [], {}, { candidate: 7, prv_candidates: {}, diaSource: [] }])
    assert.deepEqual(lightCurve(alert), []);
});

test('a simulated ZTF alert is as bright where its flux was forced as where it was found', () => {
  const text = readFileSync(join(projectRoot, 'example_data', 'ztf.json'), 'utf8');
  const points = lightCurve(parseExactly(text));
  const forced = points.filter(({ isForced, kind }) => isForced && kind === 'detection');
  assert.ok(forced.length > 0);
  for (const { mjd, magnitude } of forced) {
    const found = points.find((point) => !point.isForced && point.mjd === mjd);
    assert.ok(Math.abs(magnitude - (found?.magnitude ?? NaN)) < 0.01, `${mjd}: ${magnitude}`);
  }
});

test('real alerts have the points of their history', { skip: skipSamples }, () => {
  const counts = (['antares', 'ztf', 'lsst'] as const).map((survey) =>
    readSamples(survey).map(({ json }) => {
      const alert = parseExactly(json.toString().replaceAll(/\bNaN\b/g, 'null'));
      const points = lightCurve(alert);
      for (const { mjd, magnitude, band } of points) {
        assert.ok(mjd > 58_000 && mjd < 62_000 && magnitude > 10 && magnitude < 26, `${mjd} ${magnitude}`);
        assert.match(band, /^[ugrizy]$/);
      }
      return points.length;
    }),
  );
  for (const each of counts) assert.ok(Math.min(...each) >= 1, each.join());
  assert.ok(Math.max(...counts.flat()) > 40);
});

test('numbers that no double holds keep their digits where the engine tells them', () => {
  const parsed = parseExactly('{"id": 9007199254740993, "ok": 5, "x": 1e300}') as Record<string, unknown>;
  assert.equal(parsed['ok'], 5);
  // Node 20 does not tell them; browsers do.
  assert.ok(parsed['id'] instanceof ExactNumber ? parsed['id'].digits === '9007199254740993' : true);
});
