import { DecodeError } from '../error.ts';
import { isoDate, isoTime, isoTimeOfDay } from '../time.ts';
import type { Cursor } from './cursor.ts';
import type { Read } from './schema.ts';

/** Turning a number into digits takes more than linear time; no decimal is longer than this in earnest. */
const MAX_DECIMAL_BYTES = 4_096;

/**
 * Logical types that have a form of their own in JSON: times in ISO 8601 with the unit's digits, decimals and UUIDs
 * as strings. One that does not fit its type is ignored, as the Avro specification asks.
 */
export function logicalReader(schema: Record<string, unknown>): Read | null {
  const type = schema['type'];
  switch (schema['logicalType']) {
    case 'date':
      return type === 'int' ? dayReader : null;
    case 'time-millis':
      return type === 'int' ? millisecondReader : null;
    case 'time-micros':
      return type === 'long' ? timeReader((count) => isoTimeOfDay(count, 6)) : null;
    case 'timestamp-millis':
      return type === 'long' ? timeReader((count) => isoTime(count, 3, 'Z')) : null;
    case 'timestamp-micros':
      return type === 'long' ? timeReader((count) => isoTime(count, 6, 'Z')) : null;
    case 'timestamp-nanos':
      return type === 'long' ? timeReader((count) => isoTime(count, 9, 'Z')) : null;
    case 'local-timestamp-millis':
      return type === 'long' ? timeReader((count) => isoTime(count, 3, '')) : null;
    case 'local-timestamp-micros':
      return type === 'long' ? timeReader((count) => isoTime(count, 6, '')) : null;
    case 'local-timestamp-nanos':
      return type === 'long' ? timeReader((count) => isoTime(count, 9, '')) : null;
    case 'decimal':
      return decimalReader(schema);
    case 'uuid':
      return type === 'fixed' && schema['size'] === 16 ? uuidReader : null;
    case 'duration':
      return type === 'fixed' && schema['size'] === 12 ? durationReader : null;
    default:
      return null;
  }
}

const dayReader = timeReader(isoDate, (cursor) => cursor.int());
const millisecondReader = timeReader(
  (count) => isoTimeOfDay(count, 3),
  (cursor) => cursor.int(),
);

/** A count that comes out as text; as the number where it has no such text. */
function timeReader<T extends number | bigint = number | bigint>(
  format: (count: T) => string | null,
  read: (cursor: Cursor) => T = (cursor) => cursor.long() as T,
): Read {
  return (cursor, visitor) => {
    const count = read(cursor);
    const text = format(count);
    if (text === null) visitor.long(count);
    else visitor.string(text);
  };
}

function decimalReader({ type, size, scale = 0, precision }: Record<string, unknown>): Read | null {
  if (typeof scale !== 'number' || !Number.isSafeInteger(scale) || scale < 0 || scale > 10_000) return null;
  if (typeof precision !== 'number' || !Number.isSafeInteger(precision) || precision < 1 || scale > precision)
    return null;
  if (type === 'bytes') {
    return (cursor, visitor) => {
      const bytes = cursor.fixed(cursor.count());
      if (bytes.length > MAX_DECIMAL_BYTES) {
        throw new DecodeError('TOO_LARGE', `A decimal has ${bytes.length} bytes (byte ${cursor.at}).`);
      }
      visitor.string(decimal(bytes, scale));
    };
  }
  if (type !== 'fixed' || typeof size !== 'number' || size < 1 || size > MAX_DECIMAL_BYTES) return null;
  return (cursor, visitor) => {
    visitor.string(decimal(cursor.fixed(size), scale));
  };
}

/** With so many digits behind the point. */
function decimal(bytes: Buffer, scale: number): string {
  const value = decimalInteger(bytes);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const sign = value < 0n ? '-' : '';
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`;
}

/** The integer in a decimal's bytes, its scale aside: two's complement, big-endian. */
export function decimalInteger(bytes: Buffer): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex', 0, bytes.length)}`));
}

const uuidReader: Read = (cursor, visitor) => {
  const hex = cursor.fixed(16).toString('hex', 0, 16);
  visitor.string(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
};

/** Months, days and milliseconds, as an ISO 8601 duration: `P1M2DT3.004S`. */
const durationReader: Read = (cursor: Cursor, visitor) => {
  const bytes = cursor.fixed(12);
  const ms = bytes.readUInt32LE(8);
  const seconds = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
  visitor.string(`P${bytes.readUInt32LE(0)}M${bytes.readUInt32LE(4)}DT${seconds}S`);
};
