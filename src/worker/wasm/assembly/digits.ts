import { hundredMillionth } from './wide';

const ASCII_ZEROS: u64 = 0x3030303030303030;
const HUNDRED_MILLION: u64 = 100_000_000;

/**
 * The eight digits of a number below 10^8, one a byte, the first in the lowest byte. Both halves, then all quarters,
 * then all eighths are divided at once; the factors are 1/100 and 1/10 in fixed point, exact in these ranges.
 */
export function eightDigits(value: u32): u64 {
  const high = value / 10_000;
  let digits = <u64>high | ((<u64>(value - high * 10_000)) << 32);
  const hundreds = ((digits * 10_486) >> 20) & 0x0000007f_0000007f;
  digits = hundreds | ((digits - hundreds * 100) << 16);
  const tens = ((digits * 103) >> 10) & 0x000f000f_000f000f;
  return tens | ((digits - tens * 10) << 8);
}

/** The same as ASCII. */
export function asciiDigits(digits: u64): u64 {
  return digits | ASCII_ZEROS;
}

/** Writes an unsigned integer and says where it ends; up to 8 bytes behind may be overwritten. */
export function writeUnsigned(at: usize, value: u64): usize {
  if (value < HUNDRED_MILLION) return writeShort(at, <u32>value);
  const high = hundredMillionth(value);
  const end = writeUnsigned(at, high);
  store<u64>(end, asciiDigits(eightDigits(<u32>(value - high * HUNDRED_MILLION))));
  return end + 8;
}

/** Writes a signed integer and says where it ends. */
export function writeSigned(at: usize, value: i64): usize {
  if (value >= 0) return writeUnsigned(at, <u64>value);
  store<u8>(at, 0x2d);
  return writeUnsigned(at + 1, 0 - <u64>value);
}

function writeShort(at: usize, value: u32): usize {
  if (value < 10) {
    store<u8>(at, 0x30 + value);
    return at + 1;
  }
  const digits = eightDigits(value);
  const leadingBits = ctz(digits) & ~7;
  store<u64>(at, asciiDigits(digits) >> leadingBits);
  return at + 8 - <usize>(leadingBits >> 3);
}
