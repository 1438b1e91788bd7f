import type { SchemaElement } from 'hyparquet';
import type { AvroBytes } from './avro-bytes.ts';
import { type Column, type LeafPath, type Place, repetitionType } from './column.ts';

/** A column with its name. */
export interface NamedColumn {
  readonly name: string;
  readonly column: Column;
}

/** What the schema says of a group and the columns in it. */
export function groupSchema(
  group: Omit<SchemaElement, 'num_children'>,
  columns: readonly NamedColumn[],
): SchemaElement[] {
  const children = columns.flatMap(({ name, column }) => column.schema(name));
  return [{ ...group, num_children: columns.length }, ...children];
}

/** The leaves of columns in a group. */
export function leavesOf(columns: readonly NamedColumn[], path: readonly string[]): LeafPath[] {
  return columns.flatMap(({ name, column }) => column.leaves([...path, name]));
}

/** Records: a column a field. */
export class StructColumn implements Column {
  protected readonly place: Place;
  readonly #named: readonly NamedColumn[];
  protected readonly columns: readonly Column[];

  constructor(place: Place, columns: readonly NamedColumn[]) {
    this.place = place;
    this.#named = columns;
    this.columns = columns.map(({ column }) => column);
  }

  schema(name: string): SchemaElement[] {
    return groupSchema({ name, repetition_type: repetitionType(this.place) }, this.#named);
  }
  leaves(path: readonly string[]): LeafPath[] {
    return leavesOf(this.#named, path);
  }

  read(from: AvroBytes, repetition: number): void {
    for (const column of this.columns) column.read(from, repetition);
  }
  skip(repetition: number, definition: number): void {
    for (const column of this.columns) column.skip(repetition, definition);
  }
}

/** How the groups of an array or map are called. */
interface ListNames {
  readonly kind: 'LIST' | 'MAP';
  readonly repeated: string;
  readonly columns: readonly NamedColumn[];
}

/** Arrays and maps, in the three groups that the format wants for each. */
export class ListColumn implements Column {
  readonly #place: Place;
  readonly #items: Column;
  readonly #names: ListNames;

  private constructor(place: Place, items: Column, names: ListNames) {
    this.#place = place;
    this.#items = items;
    this.#names = names;
  }

  static ofItems(place: Place, items: Column): ListColumn {
    return new ListColumn(place, items, {
      kind: 'LIST',
      repeated: 'list',
      columns: [{ name: 'element', column: items }],
    });
  }

  /** @param entries the columns `key` and `value`. */
  static ofEntries(place: Place, entries: readonly NamedColumn[]): ListColumn {
    const struct = new StructColumn(place, entries);
    return new ListColumn(place, struct, { kind: 'MAP', repeated: 'key_value', columns: entries });
  }

  schema(name: string): SchemaElement[] {
    const { kind, repeated, columns } = this.#names;
    return [
      {
        name,
        repetition_type: repetitionType(this.#place),
        num_children: 1,
        converted_type: kind,
        logical_type: { type: kind },
      },
      ...groupSchema({ name: repeated, repetition_type: 'REPEATED' }, columns),
    ];
  }
  leaves(path: readonly string[]): LeafPath[] {
    return leavesOf(this.#names.columns, [...path, this.#names.repeated]);
  }

  read(from: AvroBytes, repetition: number): void {
    let next = repetition;
    for (let count = from.block(); count > 0; count = from.block()) {
      for (let i = 0; i < count; i++) {
        this.#items.read(from, next);
        next = this.#place.repetition + 1;
      }
    }
    // None: it is there, and empty.
    if (next === repetition) this.#items.skip(repetition, this.#place.definition);
  }
  skip(repetition: number, definition: number): void {
    this.#items.skip(repetition, definition);
  }
}

/** `null` or one other type. */
export class OptionalColumn implements Column {
  readonly #column: Column;
  readonly #nullBranch: number;
  readonly #definitionOfNull: number;

  /** @param column nullable. @param above the place that this has without it. */
  constructor(column: Column, nullBranch: number, above: Place) {
    this.#column = column;
    this.#nullBranch = nullBranch;
    this.#definitionOfNull = above.definition;
  }

  schema(name: string): SchemaElement[] {
    return this.#column.schema(name);
  }
  leaves(path: readonly string[]): LeafPath[] {
    return this.#column.leaves(path);
  }

  read(from: AvroBytes, repetition: number): void {
    if (from.int() === this.#nullBranch) this.#column.skip(repetition, this.#definitionOfNull);
    else this.#column.read(from, repetition);
  }
  skip(repetition: number, definition: number): void {
    this.#column.skip(repetition, definition);
  }
}

/** A union of several types: a struct with a column for each, of which one at the most is not null. */
export class UnionColumn extends StructColumn {
  readonly #branches: readonly (Column | null)[];

  /** @param branches null: the type `null`. */
  constructor(place: Place, branches: readonly (NamedColumn | null)[]) {
    super(
      place,
      branches.filter((branch) => branch !== null),
    );
    this.#branches = branches.map((branch) => branch?.column ?? null);
  }

  override read(from: AvroBytes, repetition: number): void {
    const branch = this.#branches[from.int()] ?? null;
    const { definition } = this.place;
    if (branch === null) {
      this.skip(repetition, definition - 1);
      return;
    }
    for (const column of this.columns) {
      if (column === branch) column.read(from, repetition);
      else column.skip(repetition, definition);
    }
  }
}
