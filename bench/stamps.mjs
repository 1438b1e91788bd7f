// Stamps inside of messages, and how to make each one another image of the same kind: as noisy, and as hard to compress.
import { inflateRawSync } from 'node:zlib';

const FITS = Buffer.from('SIMPLE  =');
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
const GZIP_TIME_AT = 4;
/** Without a name and other extras, as the surveys write it. */
const GZIP_HEADER_BYTES = 10;
/** FITS is made of blocks of so many bytes; the first is the header. */
const BLOCK_BYTES = 2_880;
const MAX_VARINT_BYTES = 5;

/**
 * The stamps of an Avro message: FITS as it is (LSST), or in gzip (ZTF). Of the one, where the lower bits of noisy pixels are; of the
 * other, where gzip's time is.
 */
export function stampsIn(message) {
  const pixels = placesOf(message, FITS).flatMap((at) => noisyPixels(message, at, bytesBefore(message, at)));
  const packed = placesOf(message, GZIP).filter((at) => isGzippedFits(message.subarray(at)));
  return { pixels: Uint32Array.from(pixels), times: packed.map((at) => at + GZIP_TIME_AT) };
}

/** Changes them into those of message i, without another length. */
export function varyStamps(message, { pixels, times }, i) {
  // Other bytes around the same image, which no compressor can make less of either.
  for (const at of times) message.writeUInt32LE(i >>> 0, at);
  let random = i + 1;
  for (const at of pixels) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0;
    message[at] ^= random >> 16;
    message[at + 1] ^= random >> 24;
  }
}

/** Masks and padding have nothing in the lower bits. */
function noisyPixels(message, at, bytes) {
  const pixels = [];
  for (let word = at + BLOCK_BYTES; word + 4 <= at + bytes; word += 4)
    if (message[word + 2] !== 0 && message[word + 3] !== 0) pixels.push(word + 2);
  return pixels;
}

function placesOf(message, what) {
  const places = [];
  for (let at = message.indexOf(what); at >= 0; at = message.indexOf(what, at + 1)) places.push(at);
  return places;
}

function isGzippedFits(bytes) {
  try {
    // Not gunzip: what follows the stamp may look like another member.
    return inflateRawSync(bytes.subarray(GZIP_HEADER_BYTES)).subarray(0, FITS.length).equals(FITS);
  } catch {
    return false;
  }
}

/** Avro's length of what begins here: of all varints that end before it, the one that is a whole number of FITS blocks. */
function bytesBefore(message, at) {
  for (let count = 1; count <= MAX_VARINT_BYTES; count++) {
    let value = 0;
    for (let place = at - 1; place >= at - count; place--) value = value * 128 + (message[place] & 0x7f);
    const bytes = value / 2;
    if (bytes > 0 && bytes % BLOCK_BYTES === 0 && at + bytes <= message.length) return bytes;
  }
  return 0;
}
