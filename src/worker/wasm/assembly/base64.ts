import { Out, room } from './out';

const QUOTE = 0x22;
const PADDING = 0x3d;

/**
 * To be added to a 6-bit value for its character, by class: 0: a–z, 1 to 10: each digit, 11: plus, 12: slash, 13: A–Z.
 */
const SHIFTS = i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);

/** Writes bytes as base64 (RFC 4648, 4), in quotes. Reads and writes up to 16 bytes behind the end. */
export function writeBase64(from: usize, end: usize): void {
  const characters = ((end - from + 2) / 3) * 4;
  room(characters + 64);
  let at = Out.at;
  store<u8>(at++, QUOTE);
  const last = at + characters;
  const odd = (end - from) % 3;
  const ending = end - odd;
  for (; from + 3 <= end; from += 12, at += 16) v128.store(at, encode(v128.load(from)));
  if (odd != 0) {
    // The last one or two bytes, with zeros behind; the loop has put something else there.
    const bits = odd == 1 ? <u32>load<u8>(ending) : <u32>load<u16>(ending);
    v128.store(last - 4, encode(i32x4(bits, 0, 0, 0)));
    store<u8>(last - 1, PADDING);
    if (odd == 1) store<u8>(last - 2, PADDING);
  }
  store<u8>(last, QUOTE);
  Out.at = last + 1;
}

/** Twelve bytes as sixteen characters. */
function encode(bytes: v128): v128 {
  // Three bytes to a lane of four, the first the highest.
  const lanes = i8x16.shuffle(bytes, i8x16.splat(0), 2, 1, 0, 16, 5, 4, 3, 16, 8, 7, 6, 16, 11, 10, 9, 16);
  const sixes = v128.or(
    v128.or(i32x4.shr_u(lanes, 18), v128.and(i32x4.shr_u(lanes, 4), i32x4.splat(0x3f00))),
    v128.or(
      v128.and(i32x4.shl(lanes, 10), i32x4.splat(0x3f0000)),
      v128.and(i32x4.shl(lanes, 24), i32x4.splat(0x3f000000)),
    ),
  );
  const upperCase = v128.and(i8x16.lt_s(sixes, i8x16.splat(26)), i8x16.splat(13));
  const classes = v128.or(i8x16.sub_sat_u(sixes, i8x16.splat(51)), upperCase);
  return i8x16.add(sixes, i8x16.swizzle(SHIFTS, classes));
}
