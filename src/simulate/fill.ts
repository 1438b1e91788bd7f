import type { Random } from './random.ts';
import type { FieldSchema } from './schemas/field-list.ts';

/** How often a field that may be missing is missing. */
const MISSING = 0.06;

/**
 * Values for all fields of a record: the known ones, and something of the right kind for the rest.
 *
 * @param nan how often a float is NaN, as LSST has it.
 */
export function fillRecord(
  fields: readonly FieldSchema[],
  known: Readonly<Record<string, unknown>>,
  random: Random,
  nan = 0,
): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const { name, type } of fields) {
    filled[name] = name in known ? known[name] : anyValue(type, name, random, nan);
  }
  return filled;
}

function anyValue(type: unknown, name: string, random: Random, nan: number): unknown {
  if (Array.isArray(type)) return random.uniform() < MISSING ? null : anyValue(type[1], name, random, nan);
  switch (type) {
    case 'boolean':
      return random.uniform() < 0.03;
    case 'int':
      return random.below(4_000);
    case 'long':
      return someId(random);
    case 'float':
      return random.uniform() < nan ? Number.NaN : Math.fround(random.normal(10, 5));
    case 'double':
      return random.normal(60_000, 400);
    case 'string':
      return `${name}-${random.below(1_000)}`;
    default:
      throw new TypeError(`${name} has no value`);
  }
}

/** An id as surveys have them: beyond 2⁵³, where doubles lose them. */
export function someId(random: Random): bigint {
  return (
    500_000_000_000_000_000n +
    BigInt(random.below(2 ** 31)) * 1_000_000_007n +
    BigInt(random.below(1_000_000))
  );
}
