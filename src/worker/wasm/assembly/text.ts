import { giveUp, Out, room } from './out';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where {@link escape} went on reading. */
class Reading {
  static at: usize = 0;
}

/** Writes UTF-8 bytes as a JSON string in ASCII. Gives up where they are no UTF-8. */
export function writeString(from: usize, end: usize): void {
  room(6 * (end - from) + 64);
  let at = Out.at;
  store<u8>(at++, QUOTE);
  while (from < end) {
    // Written at once; what is not plain is written over.
    const chunk = v128.load(from);
    v128.store(at, chunk);
    let special = i8x16.bitmask(notPlain(chunk));
    if (end - from < 16) special |= 1 << (<i32>(end - from));
    if (special == 0) {
      from += 16;
      at += 16;
      continue;
    }
    const plain = <usize>ctz(special);
    at += plain;
    from += plain;
    if (from >= end) break;
    at = escape(at, from, end);
    from = Reading.at;
  }
  store<u8>(at, QUOTE);
  Out.at = at + 1;
}

/** All that Python escapes: everything but printable ASCII (bytes from 0x80 on are negative here), quotes and backslashes. */
function notPlain(chunk: v128): v128 {
  return v128.or(
    v128.or(i8x16.lt_s(chunk, i8x16.splat(0x20)), i8x16.eq(chunk, i8x16.splat(0x7f))),
    v128.or(i8x16.eq(chunk, i8x16.splat(<i8>QUOTE)), i8x16.eq(chunk, i8x16.splat(<i8>BACKSLASH))),
  );
}

function escape(at: usize, from: usize, end: usize): usize {
  const byte = <u32>load<u8>(from);
  if (byte >= 0x80) return escapeWide(at, from, end, byte);
  Reading.at = from + 1;
  const short = shortEscape(byte);
  if (short == 0) return writeUnit(at, byte);
  store<u8>(at, BACKSLASH);
  store<u8>(at, short, 1);
  return at + 2;
}

function shortEscape(byte: u32): u32 {
  switch (byte) {
    case QUOTE:
    case BACKSLASH:
      return byte;
    case 0x0a:
      return 0x6e;
    case 0x0d:
      return 0x72;
    case 0x09:
      return 0x74;
    case 0x0c:
      return 0x66;
    case 0x08:
      return 0x62;
    default:
      return 0;
  }
}

/** A character of two to four bytes (The Unicode Standard, table 3-7), as one or two UTF-16 units. */
function escapeWide(at: usize, from: usize, end: usize, lead: u32): usize {
  if (lead < 0xe0) {
    if (lead < 0xc2 || from + 2 > end) giveUp();
    Reading.at = from + 2;
    return writeUnit(at, ((lead & 0x1f) << 6) | following(from + 1));
  }
  if (lead < 0xf0) {
    if (from + 3 > end) giveUp();
    Reading.at = from + 3;
    const unit = ((lead & 0x0f) << 12) | (following(from + 1) << 6) | following(from + 2);
    if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) giveUp();
    return writeUnit(at, unit);
  }
  if (lead > 0xf4 || from + 4 > end) giveUp();
  Reading.at = from + 4;
  const point =
    ((lead & 0x07) << 18) | (following(from + 1) << 12) | (following(from + 2) << 6) | following(from + 3);
  if (point < 0x10000 || point > 0x10ffff) giveUp();
  at = writeUnit(at, 0xd800 + ((point - 0x10000) >> 10));
  return writeUnit(at, 0xdc00 + (point & 0x3ff));
}

function following(at: usize): u32 {
  const byte = <u32>load<u8>(at);
  if ((byte & 0xc0) != 0x80) giveUp();
  return byte & 0x3f;
}

function writeUnit(at: usize, unit: u32): usize {
  store<u16>(at, 0x755c);
  store<u8>(at, hex(unit >> 12), 2);
  store<u8>(at, hex((unit >> 8) & 15), 3);
  store<u8>(at, hex((unit >> 4) & 15), 4);
  store<u8>(at, hex(unit & 15), 5);
  return at + 6;
}

/** A digit of base 16. */
export function hex(digit: u32): u32 {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}
