/** A field that is there but no plain value: an object, a list, bytes. All a filter can ask is whether it is null. */
export const COMPOUND = { kind: 'compound' } as const;
export type Compound = typeof COMPOUND;

/** A field's value as filters see it. NaN counts as null; integers that no double holds exactly are bigint. */
export type Value = null | boolean | number | bigint | string | Compound;

/** Whether a value is a number of either kind. */
export function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Equal in value, whichever way numbers are kept. Never true of null. */
export function areEqual(left: Value, right: Value): boolean {
  // JavaScript compares a bigint and a number exactly, but only with ==.
  if (isNumber(left) && isNumber(right)) return left == right;
  return left !== null && left !== COMPOUND && left === right;
}

/** Numbers by size, texts by their characters; whatever else is in no order. */
export function isBefore(left: Value, right: Value): boolean {
  if (isNumber(left) && isNumber(right)) return left < right;
  return typeof left === 'string' && typeof right === 'string' && left < right;
}
