import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fitsFile } from '../../src/simulate/fits.ts';
import { readFits } from '../../src/web/page/fits.ts';
import { hexDump } from '../../src/web/page/hex.ts';
import { membersOf } from '../../src/web/page/json.ts';
import { shades } from '../../src/web/page/stretch.ts';
import { readSamples, skipSamples } from '../support/samples.ts';

function fits(cards: Readonly<Record<string, string>>, data: Buffer): Buffer {
  const header = Object.entries(cards).map(([key, value]) =>
    `${key.padEnd(8)}= ${value.padStart(20)}`.padEnd(80),
  );
  return Buffer.concat([Buffer.from([...header, 'END'.padEnd(80)].join('').padEnd(2880)), data]);
}

test('an image of floats comes back as it was', () => {
  const pixels = Float32Array.from([1, -2.5, 3, 4, 5, Number.NaN, 7, 8, 1e9]);
  const image = readFits(fitsFile({ sidePixels: 3, pixels }));
  assert.deepEqual([image.width, image.height], [3, 3]);
  assert.deepEqual([...image.pixels], [...pixels]);
});

test('integers are scaled, blanks are no numbers, and empty extensions are passed over', () => {
  const empty = fits({ SIMPLE: 'T', BITPIX: '8', NAXIS: '0' }, Buffer.alloc(0));
  const data = Buffer.alloc(8);
  [1, -5, -32768, 7].forEach((value, index) => data.writeInt16BE(value, 2 * index));
  const image = { XTENSION: "'IMAGE'", BITPIX: '16', NAXIS: '2', NAXIS1: '4', NAXIS2: '1' };
  const scaled = fits({ ...image, BZERO: '100', BSCALE: '2', BLANK: '-32768' }, data);
  assert.deepEqual([...readFits(Buffer.concat([empty, scaled])).pixels], [102, 90, Number.NaN, 114]);
});

test('what is no image, cut off or too large is one sentence', () => {
  const huge = { SIMPLE: 'T', BITPIX: '8', NAXIS: '2', NAXIS1: '999999', NAXIS2: '999999' };
  const odd = { SIMPLE: 'T', BITPIX: '7', NAXIS: '2', NAXIS1: '1', NAXIS2: '1' };
  const cut = { SIMPLE: 'T', BITPIX: '-64', NAXIS: '2', NAXIS1: '2', NAXIS2: '2' };
  const backwards = { SIMPLE: 'T', BITPIX: '8', NAXIS: '1', NAXIS1: '-5000' };
  const cases: [Buffer, RegExp][] = [
    [Buffer.from('no FITS at all'), /no FITS file/],
    [Buffer.alloc(0), /no image/],
    [fits(huge, Buffer.alloc(8)), /cannot be drawn/],
    [fits(odd, Buffer.alloc(8)), /cannot be drawn/],
    [fits(cut, Buffer.alloc(31)), /cut off/],
    [fits(backwards, Buffer.alloc(8)), /no (image|FITS file)/],
  ];
  for (const [bytes, error] of cases) assert.throws(() => readFits(bytes), error);
});

test('real stamps are square images', { skip: skipSamples }, () => {
  for (const survey of ['ztf', 'lsst'] as const) {
    for (const { json } of readSamples(survey)) {
      const alert = membersOf(JSON.parse(json.toString().replaceAll(/\bNaN\b/g, 'null')));
      for (const kind of ['Science', 'Template', 'Difference']) {
        const stamp = alert[`cutout${kind}`];
        const data = Buffer.from(
          String(typeof stamp === 'string' ? stamp : membersOf(stamp)['stampData']),
          'base64',
        );
        const { width, height, pixels } = readFits(data[0] === 0x1f ? gunzipSync(data) : data);
        assert.ok(width > 20 && width === height, `${width} × ${height}`);
        assert.ok(new Set(shades(pixels, 'asinh')).size > 20);
      }
    }
  }
});

test('a stretch goes from black to white between its percentiles', () => {
  const pixels = Float64Array.from({ length: 1001 }, (_, index) => index);
  pixels[500] = Number.NaN;
  for (const stretch of ['linear', 'asinh'] as const) {
    const grey = shades(pixels, stretch);
    assert.deepEqual([grey[0], grey[5], grey[1000]], [0, 0, 255]);
    assert.ok((grey[400] ?? 0) < (grey[600] ?? 0));
  }
  assert.ok((shades(pixels, 'asinh')[300] ?? 0) > (shades(pixels, 'linear')[300] ?? 0));
  assert.deepEqual([...shades(Float64Array.from([Number.NaN]), 'linear')], [0]);
});

test('bytes are shown sixteen a line', () => {
  assert.equal(
    hexDump(Buffer.from('<b>0123456789abcdef\x00')),
    '000000  3c 62 3e 30 31 32 33 34 35 36 37 38 39 61 62 63  <b>0123456789abc\n000010  64 65 66 00                                      def·',
  );
});
