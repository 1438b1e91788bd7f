import { asciiDigits, eightDigits, writeSigned } from './digits';
import { findShortest, Shortest } from './shortest';

/** Three times eight digits, of which the last 17 are used, and room behind. */
const scratch = memory.data(48);
const SCRATCH_DIGITS = 24;

const ZEROS = i8x16.splat(0x30);
const POINT_ZERO: u16 = 0x302e;
const HUNDRED_MILLION: u64 = 100_000_000;

/** Writes a finite double as Python's `repr` does and says where it ends; up to 16 bytes behind may be overwritten. */
export function writeDouble(at: usize, value: f64): usize {
  const whole = <i32>value;
  const bits = reinterpret<u64>(value);
  if (<f64>whole == value && (whole != 0 || bits == 0)) {
    at = writeSigned(at, whole);
    store<u16>(at, POINT_ZERO);
    return at + 2;
  }
  if (<i64>bits < 0) store<u8>(at++, 0x2d);
  const size = bits & 0x7fff_ffff_ffff_ffff;
  if (size == 0) {
    store<u32>(at, 0x00302e30);
    return at + 3;
  }
  findShortest(size);
  return writeDecimal(at);
}

function writeDecimal(at: usize): usize {
  const upper = Shortest.digits / HUNDRED_MILLION;
  const first = upper / HUNDRED_MILLION;
  const middle8 = eightDigits(<u32>(upper - first * HUNDRED_MILLION));
  const last8 = eightDigits(<u32>(Shortest.digits - upper * HUNDRED_MILLION));
  store<u8>(scratch, 0x30 + first, 7);
  store<u64>(scratch, asciiDigits(middle8), 8);
  store<u64>(scratch, asciiDigits(last8), 16);
  const skipped = <i32>(first != 0 ? 7 : middle8 != 0 ? 8 + (ctz(middle8) >> 3) : 16 + (ctz(last8) >> 3));
  const end = <i32>(last8 != 0 ? 24 - (clz(last8) >> 3) : middle8 != 0 ? 16 - (clz(middle8) >> 3) : 8);
  const from = scratch + skipped;
  const count = end - skipped;
  /** Where the point stands, counted from the first digit. */
  const point = SCRATCH_DIGITS - skipped + Shortest.exponent;
  if (point > 16 || point < -3) return writeWithExponent(at, from, count, point - 1);
  if (point <= 0) {
    store<u64>(at, 0x30303030_30302e30);
    at += 2 - point;
    v128.store(at, v128.load(from));
    store<u8>(at, load<u8>(from, 16), 16);
    return at + count;
  }
  v128.store(at, v128.load(from));
  if (count <= point) {
    v128.store(at + count, ZEROS);
    store<u16>(at + point, POINT_ZERO);
    return at + point + 2;
  }
  store<u8>(at + point, 0x2e);
  v128.store(at + point + 1, v128.load(from + point));
  return at + count + 1;
}

function writeWithExponent(at: usize, from: usize, count: i32, exponent: i32): usize {
  store<u8>(at++, load<u8>(from));
  if (count > 1) {
    store<u8>(at++, 0x2e);
    v128.store(at, v128.load(from + 1));
    at += count - 1;
  }
  store<u8>(at++, 0x65);
  store<u8>(at++, exponent < 0 ? 0x2d : 0x2b);
  const size = abs(exponent);
  // Two digits at least.
  if (size < 10) store<u8>(at++, 0x30);
  return writeSigned(at, size);
}
