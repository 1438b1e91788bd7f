import { isoDate } from '../decode/time.ts';
import type { Value } from './value.ts';

const DAY_MS = 86_400_000;
const MAX_UINT32 = 0xffff_ffff;

/**
 * Back from the texts of decode/avro/logical.ts to what stands in Avro: a count, or bytes. Null: it is none of these, or does not fit, such as a
 * day that no month has or a time that 64 bits do not count.
 */
export function encodeLogical(
  schema: Readonly<Record<string, unknown>>,
  value: Value,
): bigint | Uint8Array | null {
  const name = String(schema['logicalType']);
  if (name === 'decimal') return decimalBytes(schema, value);
  if (name === 'uuid') {
    const hex = typeof value === 'string' ? value.replaceAll('-', '') : '';
    return /^[0-9a-f]{32}$/i.test(hex) ? Buffer.from(hex, 'hex') : null;
  }
  if (name === 'duration') return durationBytes(value);
  const count = typeof value === 'string' ? countOf(name, value) : value;
  const bits = schema['type'] === 'int' ? 32 : 64;
  return typeof count === 'bigint' && BigInt.asIntN(bits, count) === count ? count : null;
}

/** A date, time of day or time as its type counts it. */
function countOf(name: string, text: string): bigint | null {
  if (name === 'date') {
    const days = Date.parse(`${text}T00:00:00Z`) / DAY_MS;
    return isoDate(days) === text ? BigInt(days) : null;
  }
  const digits = name.endsWith('millis') ? 3 : name.endsWith('micros') ? 6 : 9;
  const [, given = '', fraction = '', zone = 'Z'] =
    /^(.*?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  // As Python writes a datetime that knows its zone. A local time has none, and a time of day is of no day that would tell it.
  const zoneMs = zone === 'Z' ? 0 : name.startsWith('timestamp-') ? offsetMs(zone) : null;
  if (zoneMs === null) return null;
  const whole = name.startsWith('time-') ? `1970-01-01T${given}` : given.replace(' ', 'T');
  const ms = Date.parse(`${whole}Z`);
  // What was understood otherwise than it stands there, such as 30 February, is another time.
  if (Number.isNaN(ms) || fraction.length > digits || !isStart(whole, new Date(ms).toISOString()))
    return null;
  return BigInt((ms - zoneMs) / 1_000) * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, '0'));
}

/** What a zone such as `-07:00` is ahead of UTC; null: there is none of that name. */
function offsetMs(zone: string): number | null {
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (60 * hours + minutes) * 60_000;
}

/** Seconds, or the whole time of day, may be left out. */
function isStart(whole: string, time: string): boolean {
  return ['', ':00', 'T00:00:00'].some((rest) => time === `${whole}${rest}.000Z`);
}

function decimalBytes(
  { type, size, scale, precision }: Readonly<Record<string, unknown>>,
  value: Value,
): Uint8Array | null {
  const digitsBehind = typeof scale === 'number' ? scale : 0;
  const text = typeof value === 'bigint' || typeof value === 'string' ? String(value) : '';
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d{1,4300})(?:\.(\d*))?$/.exec(text) ?? [];
  if (sign === undefined || fraction.length > digitsBehind) return null;
  const digits = `${whole}${fraction.padEnd(digitsBehind, '0')}`.replace(/^0+/, '');
  // By its digits: a schema may name any precision, and the power of ten would take all memory.
  if (digits.length > Number(precision)) return null;
  const count = BigInt(`${sign}${digits === '' ? '0' : digits}`);
  let bytes = 1;
  while (BigInt.asIntN(8 * bytes, count) !== count) bytes += 1;
  if (type === 'fixed') {
    if (typeof size !== 'number' || bytes > size) return null;
    bytes = size;
  }
  const hex = BigInt.asUintN(8 * bytes, count)
    .toString(16)
    .padStart(2 * bytes, '0');
  return Buffer.from(hex, 'hex');
}

function durationBytes(value: Value): Uint8Array | null {
  const found = typeof value === 'string' ? /^P(\d+)M(\d+)DT(\d+)\.(\d{3})S$/.exec(value) : null;
  if (found === null) return null;
  const [, months = 0, days = 0, seconds = 0, millis = 0] = found.map(Number);
  const counts = [months, days, seconds * 1_000 + millis];
  if (counts.some((count) => count > MAX_UINT32)) return null;
  const bytes = Buffer.alloc(12);
  counts.forEach((count, i) => bytes.writeUInt32LE(count, 4 * i));
  return bytes;
}
