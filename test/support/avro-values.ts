import fc from 'fast-check';
import { long, sized } from './avro.ts';

/** A value in Avro's bytes, and what a reader of columns finds of it: bytes as hex, integers of 64 bits as bigints, maps as entries. */
export interface AvroValue {
  readonly bytes: Buffer;
  readonly column: unknown;
}

/** A type, and values of it. */
export interface AvroValues {
  readonly schema: unknown;
  readonly values: fc.Arbitrary<AvroValue>;
}

let names = 0;
const newName = (): string => `Name${++names}`;

function of<T>(
  schema: unknown,
  values: fc.Arbitrary<T>,
  write: (value: T) => Buffer,
  column: (value: T) => unknown,
): AvroValues {
  return { schema, values: values.map((value) => ({ bytes: write(value), column: column(value) })) };
}

const same = (value: unknown): unknown => value;
const anyLong = fc
  .tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: 0n, max: 63n }))
  .map(([value, shift]) => value >> shift);
const anyInt = fc.oneof(fc.integer(), fc.integer({ min: -100, max: 100 }));
const anyBytes = fc.uint8Array({ maxLength: 40 });
/** Without what is no text: half a pair of surrogates. */
const anyText = fc.string({ unit: 'binary', maxLength: 20 });
const floatBytes = (value: number): Buffer => Buffer.from(new Float32Array([value]).buffer);
const doubleBytes = (value: number): Buffer => Buffer.from(new Float64Array([value]).buffer);
/** Big-endian, in two's complement. */
const fewestBytes = (value: bigint): Buffer => {
  let bytes = 1;
  while (BigInt.asIntN(8 * bytes, value) !== value) bytes += 1;
  const digits = BigInt.asUintN(8 * bytes, value).toString(16);
  return Buffer.from(digits.padStart(2 * bytes, '0'), 'hex');
};
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

const primitives: readonly (() => AvroValues)[] = [
  () => of('null', fc.constant(null), () => Buffer.alloc(0), same),
  () => of('boolean', fc.boolean(), (value) => Buffer.from([Number(value)]), same),
  () => of('int', anyInt, long, same),
  () => of('long', anyLong, long, same),
  () => of('float', fc.float(), floatBytes, same),
  () => of('double', fc.double(), doubleBytes, same),
  () => of('string', anyText, sized, same),
  () => of('bytes', anyBytes, sized, hex),
  () =>
    of(
      { type: 'fixed', name: newName(), size: 3 },
      fc.uint8Array({ minLength: 3, maxLength: 3 }),
      (value) => Buffer.from(value),
      hex,
    ),
  () =>
    of(
      { type: 'enum', name: newName(), symbols: ['a', 'b', 'c'] },
      fc.constantFrom(0, 1, 2),
      long,
      (index) => 'abc'[index],
    ),
  () => of({ type: 'int', logicalType: 'date' }, fc.integer({ min: -30_000, max: 30_000 }), long, same),
  () =>
    of({ type: 'long', logicalType: 'timestamp-micros' }, fc.bigInt(-(10n ** 15n), 10n ** 15n), long, same),
  () =>
    of(
      { type: 'long', logicalType: 'local-timestamp-nanos' },
      fc.bigInt(-(10n ** 18n), 10n ** 18n),
      long,
      same,
    ),
  () =>
    of(
      { type: 'int', logicalType: 'time-millis' },
      fc.integer({ min: 0, max: 86_399_999 }),
      long,
      (millis) => 1_000n * BigInt(millis),
    ),
  () =>
    of(
      { type: 'bytes', logicalType: 'decimal', precision: 30, scale: 4 },
      fc.oneof(fc.bigInt(-(10n ** 30n) + 1n, 10n ** 30n - 1n), fc.bigInt(-300n, 300n)),
      (value) => sized(fewestBytes(value)),
      same,
    ),
  () =>
    of(
      { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 0, unsigned: true },
      fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 300n)),
      (value) => sized(fewestBytes(value)),
      same,
    ),
];

const primitive: fc.Arbitrary<AvroValues> = fc.constantFrom(...primitives).map((make) => make());

/** Types whose values can stand in columns. */
export function anyAvroType(depth: number): fc.Arbitrary<AvroValues> {
  if (depth === 0) return primitive;
  const inner = anyAvroType(depth - 1);
  return fc.oneof(
    primitive,
    inner.map(optional),
    inner.map(array),
    inner.map(map),
    fc.tuple(inner, inner).map(union),
    anyAvroRecord(depth),
  );
}

/** Records of some fields, and none at all. */
export function anyAvroRecord(depth: number): fc.Arbitrary<AvroValues> {
  return fc.array(anyAvroType(depth - 1), { maxLength: 4 }).map((types) => ({
    schema: {
      type: 'record',
      name: newName(),
      fields: types.map(({ schema }, i) => ({ name: `f${i}`, type: schema })),
    },
    values: fc.tuple(...types.map(({ values }) => values)).map((values) => ({
      bytes: Buffer.concat(values.map(({ bytes }) => bytes)),
      // A group without columns is text.
      column:
        types.length === 0 ? '{}' : Object.fromEntries(values.map(({ column }, i) => [`f${i}`, column])),
    })),
  }));
}

function isUnion(schema: unknown): boolean {
  return Array.isArray(schema);
}

function optional(type: AvroValues): AvroValues {
  // A union holds neither another one nor null twice.
  if (isUnion(type.schema) || type.schema === 'null') return type;
  return {
    schema: ['null', type.schema],
    values: fc.option(type.values).map((value) => ({
      bytes: value === null ? long(0) : Buffer.concat([long(1), value.bytes]),
      column: value === null ? null : value.column,
    })),
  };
}

function array({ schema, values }: AvroValues): AvroValues {
  return {
    schema: { type: 'array', items: schema },
    values: fc.array(values, { maxLength: 4 }).map((items) => ({
      bytes: Buffer.concat([blocks(items.map(({ bytes }) => bytes)), long(0)]),
      column: items.map(({ column }) => column),
    })),
  };
}

function map({ schema, values }: AvroValues): AvroValues {
  return {
    schema: { type: 'map', values: schema },
    values: fc.array(values, { maxLength: 3 }).map((items) => ({
      bytes: Buffer.concat([
        blocks(items.map(({ bytes }, i) => Buffer.concat([sized(`k${i}`), bytes]))),
        long(0),
      ]),
      column: new Map(items.map(({ column }, i) => [`k${i}`, column])),
    })),
  };
}

/** Of two records, which stand in a column each. */
function union([one, other]: readonly [AvroValues, AvroValues]): AvroValues {
  if (isUnion(one.schema) || isUnion(other.schema) || one.schema === 'null' || other.schema === 'null')
    return optional(one);
  const branches = [record(one), record(other)];
  return {
    schema: ['null', ...branches.map(({ schema }) => schema)],
    values: fc.oneof(
      fc.constant({ bytes: long(0), column: null }),
      ...branches.map(({ values }, i) =>
        values.map(({ bytes, column }) => ({
          bytes: Buffer.concat([long(i + 1), bytes]),
          column: i === 0 ? { record: column, record2: null } : { record: null, record2: column },
        })),
      ),
    ),
  };
}

function record({ schema, values }: AvroValues): AvroValues {
  return {
    schema: { type: 'record', name: newName(), fields: [{ name: 'x', type: schema }] },
    values: values.map(({ bytes, column }) => ({ bytes, column: { x: column } })),
  };
}

/** In two blocks where that is possible. */
function blocks(items: readonly Buffer[]): Buffer {
  if (items.length < 2) return items.length === 0 ? Buffer.alloc(0) : Buffer.concat([long(1), ...items]);
  const [first = Buffer.alloc(0), ...rest] = items;
  const tail = Buffer.concat(rest);
  return Buffer.concat([long(1), first, long(-rest.length), long(tail.length), tail]);
}
