/** The powers of ten that scale doubles from 5e-324 to 1.8e308. */
const MIN_POWER = -292;
const MAX_POWER = 324;

/**
 * The first 128 bits of each power of ten, rounded up; the lower 64 bits behind the upper 64. Computed, not copied: 617
 * divisions of big integers take about a millisecond.
 */
export function powersOfTen(): BigUint64Array {
  const table = new BigUint64Array(2 * (MAX_POWER - MIN_POWER + 1));
  for (let power = MIN_POWER; power <= MAX_POWER; power++) {
    const bits = first128Bits(10n ** BigInt(Math.abs(power)), power < 0);
    const place = 2 * (power - MIN_POWER);
    table[place] = bits >> 64n;
    table[place + 1] = bits & 0xffff_ffff_ffff_ffffn;
  }
  return table;
}

/** Of a number, or of one divided by it. */
function first128Bits(value: bigint, inverse: boolean): bigint {
  const length = value.toString(2).length;
  // The inverse of a number of n bits, powers of two aside, begins n bits behind the point.
  if (inverse) return roundedUp(1n << BigInt(127 + length), value);
  return length <= 128 ? value << BigInt(128 - length) : roundedUp(value, 1n << BigInt(length - 128));
}

function roundedUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
