import { POWERS } from '../layout';

const FRACTION_BITS = 52;
const HIDDEN_BIT: u64 = 1 << 52;
/** The power of two of a subnormal's last bit. */
const MIN_EXPONENT = -1074;
/** The smallest power of ten in the table. */
const MIN_POWER = -292;

/** A positive double in the fewest digits that give it back: `digits` · 10^`exponent`. */
export class Shortest {
  static digits: u64 = 0;
  static exponent: i32 = 0;
}

/**
 * Finds the shortest decimal of a positive, finite double; of several, the one nearest to it. After Raffaello Giulietti, "The
 * Schubfach way to render doubles" (2020): with k so chosen that 10^k is just below the width of the interval that rounds to
 * the double, at most two multiples of 10^k and one of 10^(k+1) can lie in it, and scaled by a table of 128-bit powers
 * they are found with integers of 64 bits.
 */
export function findShortest(bits: u64): void {
  const biased = <i32>(bits >> FRACTION_BITS);
  const fraction = bits & (HIDDEN_BIT - 1);
  const c = biased == 0 ? fraction : fraction | HIDDEN_BIT;
  const q = biased == 0 ? MIN_EXPONENT : biased - 1 + MIN_EXPONENT;
  // The neighbour below a power of two is only half as far away.
  const uneven = fraction == 0 && biased > 1;
  const k = (q * 1_262_611 - (uneven ? 524_031 : 0)) >> 22;
  const h = <u64>(q + ((-k * 1_741_647) >> 19) + 1);
  const power = POWERS + ((-k - MIN_POWER) << 4);
  const high = load<u64>(power);
  const low = load<u64>(power, 8);
  // In quarters of the unit.
  const value = scale(high, low, (c << 2) << h);
  const odd = c & 1;
  const lower = scale(high, low, ((c << 2) - 2 + <u64>uneven) << h) + odd;
  const upper = scale(high, low, ((c << 2) + 2) << h) - odd;
  const s = value >> 2;
  if (s >= 10) {
    const tens = s / 10;
    const tensIn = lower <= 40 * tens;
    const nextTensIn = 40 * tens + 40 <= upper;
    if (tensIn != nextTensIn) {
      Shortest.digits = tens + <u64>nextTensIn;
      Shortest.exponent = k + 1;
      return;
    }
  }
  const belowIn = lower <= 4 * s;
  const aboveIn = 4 * s + 4 <= upper;
  Shortest.exponent = k;
  if (belowIn != aboveIn) {
    Shortest.digits = s + <u64>aboveIn;
    return;
  }
  // Both or neither: the nearer, of two equally near the even one.
  const middle = 4 * s + 2;
  Shortest.digits = s + <u64>(value > middle || (value == middle && (s & 1) == 1));
}

/** The upper 64 bits of the product with a 128-bit power, its last bit set where anything was cut off. */
function scale(high: u64, low: u64, factor: u64): u64 {
  const carry = upperProduct(low, factor);
  const middle = high * factor + carry;
  const top = upperProduct(high, factor) + <u64>(middle < carry);
  return top | <u64>(middle > 1);
}

/** The upper half of a product of 128 bits. */
function upperProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >> 32;
  const cross = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (cross & 0xffff_ffff);
  return aHigh * bHigh + (cross >> 32) + (other >> 32);
}
