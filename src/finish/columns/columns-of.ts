import { DateDay, type DataType, TimeMicrosecond, TimeMillisecond, Timestamp, TimeUnit } from 'apache-arrow';
import type { AvroShape, AvroType } from '../../worker/decode/avro/schema.ts';
import type { AvroBytes } from './avro-bytes.ts';
import type { Column } from './column.ts';
import { DecimalColumn } from './decimals.ts';
import {
  BooleanColumn,
  DoubleColumn,
  FixedColumn,
  FloatColumn,
  IntColumn,
  LongColumn,
  NullColumn,
  StretchColumn,
  TextColumn,
} from './leaves.ts';
import { ListColumn, type NamedColumn, OptionalColumn, StructColumn, UnionColumn } from './nested.ts';
import { readAsText } from './read-as-text.ts';

/** What a 128-bit decimal holds. */
const MAX_DECIMAL_DIGITS = 38;

/** The column of a type. Types that hold themselves never come here: worker/datum/columns.ts refuses them. */
export function columnOf(type: AvroType, nullable: boolean): Column {
  const { shape } = type;
  switch (shape?.kind) {
    case 'primitive':
      return primitive(shape.name, nullable);
    case 'record':
      // Parquet has no groups without columns.
      if (shape.names.length === 0) return new TextColumn(nullable, () => '{}');
      return new StructColumn(nullable, fieldColumns(shape));
    case 'array':
      return new ListColumn(nullable, columnOf(shape.items, false), false);
    case 'map':
      return new ListColumn(nullable, entries(shape.items), true);
    case 'union':
      return unionColumn(shape.branches, nullable);
    case 'enum':
      return new TextColumn(nullable, (from) => String(shape.symbols[from.int()]));
    case 'fixed':
      return new FixedColumn(nullable, shape.size);
    case 'logical':
      return logical(type, shape.schema, nullable);
    case undefined:
      return new NullColumn();
  }
}

/** The columns of a record. */
export function fieldColumns({ names, types }: Extract<AvroShape, { kind: 'record' }>): NamedColumn[] {
  return names.map((name, i) => ({ name, column: columnOf(types[i] as AvroType, false) }));
}

function primitive(name: string, nullable: boolean): Column {
  switch (name) {
    case 'boolean':
      return new BooleanColumn(nullable);
    case 'int':
      return new IntColumn(nullable);
    case 'long':
      return new LongColumn(nullable);
    case 'float':
      return new FloatColumn(nullable);
    case 'double':
      return new DoubleColumn(nullable);
    case 'string':
    case 'bytes':
      return new StretchColumn(nullable, name === 'string');
    default:
      return new NullColumn();
  }
}

function entries(values: AvroType): Column {
  return new StructColumn(false, [
    { name: 'key', column: new StretchColumn(false, true) },
    { name: 'value', column: columnOf(values, false) },
  ]);
}

function unionColumn(branches: readonly AvroType[], nullable: boolean): Column {
  const others = branches.filter((branch) => !isNull(branch));
  const [only] = others;
  if (only === undefined) return new OptionalColumn(new NullColumn(), 0);
  if (others.length === 1 && branches.length <= 2)
    return new OptionalColumn(columnOf(only, true), branches.findIndex(isNull));
  const isNullable = nullable || others.length < branches.length;
  const taken = new Set<string>();
  const named = branches.map((branch): NamedColumn | null =>
    isNull(branch) ? null : { name: freeName(branch, taken), column: columnOf(branch, true) },
  );
  return new UnionColumn(isNullable, named);
}

function freeName({ shape }: AvroType, taken: Set<string>): string {
  const base =
    shape?.kind === 'primitive'
      ? shape.name
      : shape?.kind === 'logical'
        ? String(shape.schema['logicalType'])
        : (shape?.kind ?? 'none');
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${base}${count}`;
  taken.add(name);
  return name;
}

function isNull({ shape }: AvroType): boolean {
  return shape?.kind === 'primitive' && shape.name === 'null';
}

function logical(type: AvroType, schema: Readonly<Record<string, unknown>>, nullable: boolean): Column {
  const timestamp = (unit: TimeUnit, zone: string | null): DataType => new Timestamp(unit, zone);
  switch (schema['logicalType']) {
    case 'date':
      return new IntColumn(nullable, new DateDay());
    case 'time-millis':
      return new IntColumn(nullable, new TimeMillisecond());
    case 'time-micros':
      return new LongColumn(nullable, new TimeMicrosecond());
    case 'timestamp-millis':
      return new LongColumn(nullable, timestamp(TimeUnit.MILLISECOND, 'UTC'));
    case 'timestamp-micros':
      return new LongColumn(nullable, timestamp(TimeUnit.MICROSECOND, 'UTC'));
    case 'timestamp-nanos':
      return new LongColumn(nullable, timestamp(TimeUnit.NANOSECOND, 'UTC'));
    case 'local-timestamp-millis':
      return new LongColumn(nullable, timestamp(TimeUnit.MILLISECOND, null));
    case 'local-timestamp-micros':
      return new LongColumn(nullable, timestamp(TimeUnit.MICROSECOND, null));
    case 'local-timestamp-nanos':
      return new LongColumn(nullable, timestamp(TimeUnit.NANOSECOND, null));
    case 'decimal': {
      const precision = Number(schema['precision']);
      const scale = Number(schema['scale'] ?? 0);
      const size = schema['type'] === 'fixed' ? Number(schema['size']) : null;
      if (schema['unsigned'] === true) return new DecimalColumn(nullable, size, 'unsigned');
      if (precision <= MAX_DECIMAL_DIGITS) return new DecimalColumn(nullable, size, { precision, scale });
      return new TextColumn(nullable, textBy(type));
    }
    default:
      return new TextColumn(nullable, textBy(type));
  }
}

/** The text that JSON has for it. */
function textBy(type: AvroType): (from: AvroBytes) => string {
  return (from) => readAsText(type, from);
}
