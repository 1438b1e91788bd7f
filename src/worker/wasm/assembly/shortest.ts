import { POWERS } from '../layout';
import { tenth, upperProduct } from './wide';

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
  const odd = c & 1;
  // All three in quarters of the unit: the product of 192 bits, and half a unit less and more.
  const factor = (c << 2) << h;
  const low0 = low * factor;
  const carry = upperProduct(low, factor);
  const low1 = high * factor + carry;
  const low2 = upperProduct(high, factor) + <u64>(low1 < carry);
  const value = rounded(low2, low1);
  const lower = less(low2, low1, low0, high, low, h + 1 - <u64>uneven) + odd;
  const upper = more(low2, low1, low0, high, low, h + 1) - odd;
  // Of the two multiples of ten around it and of the two of one, those that lie between the bounds. Without branches: which
  // it is, no processor can guess.
  const s = value >> 2;
  const tens = tenth(s);
  const tensIn = <u64>(lower <= 40 * tens);
  const nextTensIn = <u64>(40 * tens + 40 <= upper);
  const byTens = (tensIn ^ nextTensIn) & <u64>(s >= 10);
  const belowIn = <u64>(lower <= 4 * s);
  const aboveIn = <u64>(4 * s + 4 <= upper);
  // Both or neither: the nearer, of two equally near the even one.
  const middle = 4 * s + 2;
  const nearerUp = <u64>(value > middle) | (<u64>(value == middle) & s & 1);
  const either = belowIn ^ aboveIn;
  const up = (either & aboveIn) | ((either ^ 1) & nearerUp);
  Shortest.digits = s + up + byTens * (tens + nextTensIn - s - up);
  Shortest.exponent = k + <i32>byTens;
}

/** The upper 64 bits of a product, the last bit set where anything was cut off; the power itself may be a unit too large. */
function rounded(top: u64, middle: u64): u64 {
  return top | <u64>(middle > 1);
}

/** The product and 2^`shift` times the power. */
function more(top: u64, middle: u64, bottom: u64, high: u64, low: u64, shift: u64): u64 {
  const added0 = low << shift;
  const added1 = (high << shift) | (low >> (64 - shift));
  const carry0 = <u64>(bottom + added0 < added0);
  const sum = middle + added1;
  const sum1 = sum + carry0;
  const carry1 = <u64>(sum < added1) + <u64>(sum1 < carry0);
  return rounded(top + (high >> (64 - shift)) + carry1, sum1);
}

/** The product less 2^`shift` times the power. */
function less(top: u64, middle: u64, bottom: u64, high: u64, low: u64, shift: u64): u64 {
  const taken0 = low << shift;
  const taken1 = (high << shift) | (low >> (64 - shift));
  const borrow0 = <u64>(bottom < taken0);
  const rest = middle - taken1;
  const rest1 = rest - borrow0;
  const borrow1 = <u64>(middle < taken1) + <u64>(rest < borrow0);
  return rounded(top - (high >> (64 - shift)) - borrow1, rest1);
}
