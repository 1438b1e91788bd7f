import type { Random } from './random.ts';

const BLOCK_BYTES = 2880;
const CARD_BYTES = 80;

/** A square image. */
export interface Stamp {
  readonly sidePixels: number;
  /** Row by row. */
  readonly pixels: Float32Array;
}

/** Sky with noise, and a star-like source in the middle. @param flux of the source, in counts; may be negative. */
export function starStamp(random: Random, sidePixels: number, flux: number, skyCounts: number): Stamp {
  const pixels = new Float32Array(sidePixels * sidePixels);
  const centre = (sidePixels - 1) / 2;
  const width = 1.2;
  for (let y = 0; y < sidePixels; y++) {
    for (let x = 0; x < sidePixels; x++) {
      const distance2 = (x - centre) ** 2 + (y - centre) ** 2;
      const star = (flux / (2 * Math.PI * width ** 2)) * Math.exp(-distance2 / (2 * width ** 2));
      pixels[y * sidePixels + x] = skyCounts + star + random.normal(0, 4);
    }
  }
  return { sidePixels, pixels };
}

/** An image as a FITS file (FITS standard 4.0): 80-character cards, 32-bit floats, big-endian, filled up to 2880 bytes. */
export function fitsFile({ sidePixels, pixels }: Stamp): Buffer {
  const header = [
    card('SIMPLE', 'T'),
    card('BITPIX', '-32'),
    card('NAXIS', '2'),
    card('NAXIS1', String(sidePixels)),
    card('NAXIS2', String(sidePixels)),
    'END'.padEnd(CARD_BYTES),
  ].join('');
  const headerBytes = roundUp(header.length);
  const file = Buffer.alloc(headerBytes + roundUp(4 * pixels.length));
  file.write(header.padEnd(headerBytes), 'latin1');
  pixels.forEach((value, i) => file.writeFloatBE(value, headerBytes + 4 * i));
  return file;
}

function card(key: string, value: string): string {
  return `${key.padEnd(8)}= ${value.padStart(20)}`.padEnd(CARD_BYTES);
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}
