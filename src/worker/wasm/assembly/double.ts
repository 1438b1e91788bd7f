import { eightDigits, writeSigned } from './digits';
import { findShortest, Shortest } from './shortest';
import { hundredMillionth } from './wide';

/** By where the point stands, 0 to 16: which of sixteen digits comes at each place around a gap for it. */
const gaps = memory.data(17 * 16);

const PLACES = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
const ZEROS = i8x16.splat(0x30);
const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const EXPONENT = 0x65;
const POINT_ZERO: u16 = 0x302e;
const HUNDRED_MILLION: u64 = 100_000_000;

/** Fills the table; once. */
export function makeGaps(): void {
  for (let point = 0; point <= 16; point++) {
    for (let place = 0; place < 16; place++)
      store<u8>(gaps + (point << 4) + place, place - (place > point ? 1 : 0));
  }
}

/** Writes a finite double as Python's `repr` does and says where it ends; up to 16 bytes behind may be overwritten. */
export function writeDouble(at: usize, value: f64): usize {
  const whole = <i32>value;
  const bits = reinterpret<u64>(value);
  if (<f64>whole == value && (whole != 0 || bits == 0)) {
    at = writeSigned(at, whole);
    store<u16>(at, POINT_ZERO);
    return at + 2;
  }
  store<u8>(at, MINUS);
  at += <usize>(bits >> 63);
  const size = bits & 0x7fff_ffff_ffff_ffff;
  if (size == 0) {
    store<u32>(at, 0x00302e30);
    return at + 3;
  }
  findShortest(size);
  return writeDecimal(at, Shortest.digits, Shortest.exponent);
}

/**
 * Writes `digits` · 10^`exponent`, the digits being at most 17. They stay in registers until they have their places: to read what was
 * just written in other pieces would make the processor wait.
 */
function writeDecimal(at: usize, digits: u64, exponent: i32): usize {
  const upper = <u32>hundredMillionth(digits);
  const last8 = eightDigits(<u32>(digits - <u64>upper * HUNDRED_MILLION));
  const first = upper / <u32>HUNDRED_MILLION;
  const middle8 = eightDigits(upper - first * <u32>HUNDRED_MILLION);
  const trailing = <i32>(last8 != 0 ? clz(last8) >> 3 : 8 + (clz(middle8) >> 3));
  const sixteen = i64x2(<i64>middle8, <i64>last8);
  let leading = -1;
  if (first == 0) leading = <i32>(middle8 != 0 ? ctz(middle8) >> 3 : 8 + (ctz(last8) >> 3));
  const shifted = i8x16.swizzle(sixteen, i8x16.add(PLACES, i8x16.splat(<i8>leading)));
  const start = v128.or(v128.or(shifted, i32x4(<i32>first, 0, 0, 0)), ZEROS);
  const extra = ZERO + (first == 0 ? 0 : <i32>(last8 >> 56));
  const length = 16 - leading;
  const count = length - trailing;
  /** Where the point stands, counted from the first digit. */
  const point = length + exponent;
  if (point > 16 || point < -3) return writeWithExponent(at, start, extra, count, point - 1);
  if (point <= 0) {
    store<u64>(at, 0x30303030_30302e30);
    at += 2 - point;
    v128.store(at, start);
    store<u8>(at, extra, 16);
    return at + count;
  }
  if (count <= point) {
    v128.store(at, start);
    store<u16>(at + point, POINT_ZERO);
    return at + point + 2;
  }
  v128.store(at, i8x16.swizzle(start, v128.load(gaps + ((<usize>point) << 4))));
  store<u8>(at, i8x16.extract_lane_u(start, 15), 16);
  store<u8>(at, extra, 17);
  store<u8>(at + point, POINT);
  return at + count + 1;
}

function writeWithExponent(at: usize, start: v128, extra: i32, count: i32, exponent: i32): usize {
  v128.store(at, start, 1);
  store<u8>(at, extra, 17);
  store<u8>(at, i8x16.extract_lane_u(start, 0));
  store<u8>(at, POINT, 1);
  at += count > 1 ? <usize>count + 1 : 1;
  store<u8>(at, EXPONENT);
  store<u8>(at, exponent < 0 ? MINUS : PLUS, 1);
  at += 2;
  const size = abs(exponent);
  // Two digits at least.
  store<u8>(at, ZERO);
  return writeSigned(at + <usize>(size < 10), size);
}
