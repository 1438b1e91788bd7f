import type { LogicalType } from 'hyparquet';
import { isNumber, isUnsigned } from '../../worker/datum/column-check.ts';
import type { AvroShape, AvroType } from '../../worker/decode/avro/schema.ts';
import type { AvroBytes } from './avro-bytes.ts';
import { below, type Column, type Place, repeated } from './column.ts';
import { DecimalColumn } from './decimals.ts';
import { BooleanColumn, FixedColumn, NullColumn, NumberColumn, StretchColumn, TextColumn } from './leaves.ts';
import { ListColumn, type NamedColumn, OptionalColumn, StructColumn, UnionColumn } from './nested.ts';
import { readAsText } from './read-as-text.ts';

/** The column of a type. Types that hold themselves never come here: worker/datum/columns.ts refuses them. */
export function columnOf(type: AvroType, place: Place): Column {
  const { shape } = type;
  switch (shape?.kind) {
    case 'primitive':
      return primitive(shape.name, place);
    case 'record':
      // Parquet has no groups without columns.
      if (shape.names.length === 0) return new TextColumn(place, () => '{}');
      return new StructColumn(place, fieldColumns(shape, place));
    case 'array':
      return ListColumn.ofItems(place, columnOf(shape.items, repeated(place)));
    case 'map':
      return ListColumn.ofEntries(place, [
        { name: 'key', column: new StretchColumn(repeated(place), true) },
        { name: 'value', column: columnOf(shape.items, repeated(place)) },
      ]);
    case 'union':
      return unionColumn(shape.branches, place);
    case 'enum':
      return new TextColumn(place, (from) => String(shape.symbols[from.int()]));
    case 'fixed':
      return new FixedColumn(place, shape.size);
    case 'logical':
      return logical(type, shape.schema, place);
    case undefined:
      return new NullColumn(place);
  }
}

/** The columns of a record. */
export function fieldColumns(
  { names, types }: Extract<AvroShape, { kind: 'record' }>,
  place: Place,
): NamedColumn[] {
  return names.map((name, i) => ({ name, column: columnOf(types[i] as AvroType, below(place, false)) }));
}

function primitive(name: string, place: Place): Column {
  switch (name) {
    case 'boolean':
      return new BooleanColumn(place);
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return new NumberColumn(place, name);
    case 'string':
    case 'bytes':
      return new StretchColumn(place, name === 'string');
    default:
      return new NullColumn(place);
  }
}

function unionColumn(branches: readonly AvroType[], place: Place): Column {
  const others = branches.filter((branch) => !isNull(branch));
  const [only] = others;
  if (only === undefined) return new OptionalColumn(new NullColumn(place), 0, place);
  const whole = others.length < branches.length ? below(place, true) : place;
  if (others.length === 1 && branches.length <= 2)
    return new OptionalColumn(columnOf(only, whole), branches.findIndex(isNull), place);
  const taken = new Set<string>();
  const named = branches.map((branch): NamedColumn | null =>
    isNull(branch) ? null : { name: freeName(branch, taken), column: columnOf(branch, below(whole, true)) },
  );
  return new UnionColumn(whole, named);
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

function logical(type: AvroType, schema: Readonly<Record<string, unknown>>, place: Place): Column {
  const time = (unit: Unit): LogicalType => ({ type: 'TIME', isAdjustedToUTC: false, unit });
  const timestamp = (unit: Unit, isAdjustedToUTC: boolean): Column => {
    // For readers of before 2018, which know no others.
    const old = isAdjustedToUTC && unit !== 'NANOS' ? ({ converted_type: `TIMESTAMP_${unit}` } as const) : {};
    return new NumberColumn(place, 'long', {
      ...old,
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit },
    });
  };
  switch (schema['logicalType']) {
    case 'date':
      return new NumberColumn(place, 'int', { converted_type: 'DATE', logical_type: { type: 'DATE' } });
    case 'time-millis':
      return new NumberColumn(place, 'int', { logical_type: time('MILLIS') });
    case 'time-micros':
      return new NumberColumn(place, 'long', { logical_type: time('MICROS') });
    case 'timestamp-millis':
      return timestamp('MILLIS', true);
    case 'timestamp-micros':
      return timestamp('MICROS', true);
    case 'timestamp-nanos':
      return timestamp('NANOS', true);
    case 'local-timestamp-millis':
      return timestamp('MILLIS', false);
    case 'local-timestamp-micros':
      return timestamp('MICROS', false);
    case 'local-timestamp-nanos':
      return timestamp('NANOS', false);
    case 'decimal': {
      const precision = Number(schema['precision']);
      const scale = Number(schema['scale'] ?? 0);
      const size = schema['type'] === 'fixed' ? Number(schema['size']) : null;
      if (isUnsigned(schema)) return new DecimalColumn(place, size, 'unsigned');
      if (isNumber(schema)) return new DecimalColumn(place, size, { precision, scale });
      return new TextColumn(place, textBy(type));
    }
    default:
      return new TextColumn(place, textBy(type));
  }
}

type Unit = 'MILLIS' | 'MICROS' | 'NANOS';

/** The text that JSON has for it. */
function textBy(type: AvroType): (from: AvroBytes) => string {
  return (from) => readAsText(type, from);
}
