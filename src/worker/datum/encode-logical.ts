import type { Value } from './value.ts';

const DAY_MS = 86_400_000;

/** Back from the texts of decode/avro/logical.ts to what stands in Avro: a count, or bytes. Null: it is none of these. */
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
  if (typeof value === 'bigint') return value;
  if (typeof value !== 'string') return null;
  if (name === 'date') {
    const ms = Date.parse(`${value}T00:00:00Z`);
    return Number.isNaN(ms) ? null : BigInt(ms / DAY_MS);
  }
  const digits = name.endsWith('millis') ? 3 : name.endsWith('micros') ? 6 : 9;
  const [, whole = '', fraction = ''] = /^(.*?)(?:\.(\d{1,9}))?Z?$/.exec(value) ?? [];
  const ms = Date.parse(`${name.startsWith('time-') ? `1970-01-01T${whole}` : whole}Z`);
  if (Number.isNaN(ms) || fraction.length > digits) return null;
  return BigInt(ms / 1_000) * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, '0'));
}

function decimalBytes(
  { type, size, scale }: Readonly<Record<string, unknown>>,
  value: Value,
): Uint8Array | null {
  const digitsBehind = typeof scale === 'number' ? scale : 0;
  const text = typeof value === 'bigint' || typeof value === 'string' ? String(value) : '';
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d{1,4300})(?:\.(\d*))?$/.exec(text) ?? [];
  if (sign === undefined || fraction.length > digitsBehind) return null;
  const count = BigInt(`${sign}${whole}${fraction.padEnd(digitsBehind, '0')}`);
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
  const [, months, days, seconds, millis] = found.map(Number);
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE((months ?? 0) >>> 0, 0);
  bytes.writeUInt32LE((days ?? 0) >>> 0, 4);
  bytes.writeUInt32LE(((seconds ?? 0) * 1_000 + (millis ?? 0)) >>> 0, 8);
  return bytes;
}
