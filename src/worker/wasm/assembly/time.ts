import { asciiDigits, eightDigits } from './digits';

const DAY_SECONDS: i64 = 86_400;
/** From 0000-01-01 to 9999-12-31: years of four digits. */
const MIN_DAY: i64 = -719_528;
const MAX_DAY: i64 = 2_932_896;

/** Writes days since 1970 as a date and says where it ends; 0: it has no four-digit year. */
export function writeDate(at: usize, days: i64): usize {
  if (days < MIN_DAY || days > MAX_DAY) return 0;
  // Counted from 1 March of the year 0, so that the leap day ends the year; in eras of 400 years.
  const shifted = <i32>days + 719_468;
  const era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const monthFromMarch = (5 * dayOfYear + 2) / 153;
  const day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const digits = asciiDigits(eightDigits(<u32>(year * 10_000 + month * 100 + day)));
  store<u32>(at, <u32>digits);
  store<u8>(at, 0x2d, 4);
  store<u16>(at, <u16>(digits >> 32), 5);
  store<u8>(at, 0x2d, 7);
  store<u16>(at, <u16>(digits >> 48), 8);
  return at + 10;
}

/** Writes a time of day in units of 10^-`digits` seconds and says where it ends; 0: it is none. */
export function writeTimeOfDay(at: usize, count: i64, digits: u32): usize {
  const unit = unitOf(digits);
  if (count < 0 || count >= DAY_SECONDS * unit) return 0;
  return writeClock(at, <u32>(count / unit), <u32>(count % unit), digits);
}

/** Writes a time since 1970 in such units as ISO 8601 and says where it ends; 0: it has no four-digit year. */
export function writeTimestamp(at: usize, count: i64, digits: u32, zone: bool): usize {
  const unit = unitOf(digits);
  let seconds = count / unit;
  let fraction = count % unit;
  if (fraction < 0) {
    fraction += unit;
    seconds -= 1;
  }
  let days = seconds / DAY_SECONDS;
  if (seconds % DAY_SECONDS < 0) days -= 1;
  at = writeDate(at, days);
  if (at == 0) return 0;
  store<u8>(at, 0x54);
  at = writeClock(at + 1, <u32>(seconds - days * DAY_SECONDS), <u32>fraction, digits);
  if (!zone) return at;
  store<u8>(at, 0x5a);
  return at + 1;
}

function unitOf(digits: u32): i64 {
  return digits == 3 ? 1_000 : digits == 6 ? 1_000_000 : 1_000_000_000;
}

function writeClock(at: usize, second: u32, fraction: u32, digits: u32): usize {
  const minute = second / 60;
  const hour = minute / 60;
  const six = asciiDigits(eightDigits(hour * 10_000 + (minute % 60) * 100 + (second % 60)));
  store<u16>(at, <u16>(six >> 16));
  store<u8>(at, 0x3a, 2);
  store<u16>(at, <u16>(six >> 32), 3);
  store<u8>(at, 0x3a, 5);
  store<u16>(at, <u16>(six >> 48), 6);
  store<u8>(at, 0x2e, 8);
  at += 9;
  let shown = fraction;
  if (digits == 9) {
    store<u8>(at++, 0x30 + shown / 100_000_000);
    shown %= 100_000_000;
    digits = 8;
  }
  store<u64>(at, asciiDigits(eightDigits(shown)) >> ((8 - digits) << 3));
  return at + digits;
}
