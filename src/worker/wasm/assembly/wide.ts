/** The upper half of a product of 128 bits. */
export function upperProduct(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >> 32;
  const cross = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (cross & 0xffff_ffff);
  return aHigh * bHigh + (cross >> 32) + (other >> 32);
}

/** A tenth, rounded down. A division of 64 bits takes several times as long as this product with ⌈2^67 / 10⌉. */
export function tenth(value: u64): u64 {
  return upperProduct(value, 0xcccc_cccc_cccc_cccd) >> 3;
}

/** A number divided by 10^8, rounded down: the product with ⌈2^90 / 10^8⌉. */
export function hundredMillionth(value: u64): u64 {
  return upperProduct(value, 0xabcc_7711_8461_cefd) >> 26;
}
