import type { SchemaElement } from 'hyparquet';
import { type Column, type LeafPath, type Place, repetitionType } from './column.ts';
import { Step } from './step.ts';

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

  constructor(place: Place, columns: readonly NamedColumn[]) {
    this.place = place;
    this.#named = columns;
  }

  schema(name: string): SchemaElement[] {
    return groupSchema({ name, repetition_type: repetitionType(this.place) }, this.#named);
  }
  leaves(path: readonly string[]): LeafPath[] {
    return leavesOf(this.#named, path);
  }

  step(): Step {
    return structStep(this.#named);
  }
}

/** How records of these fields are read. */
export function structStep(columns: readonly NamedColumn[]): Step {
  return Step.struct(columns.map(({ column }) => column.step()));
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

  step(): Step {
    return Step.list(this.#items.step(), this.#place.definition, this.#place.repetition);
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

  step(): Step {
    return Step.optional(this.#column.step(), this.#nullBranch, this.#definitionOfNull);
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

  override step(): Step {
    const branches = this.#branches.map((column) => column?.step() ?? null);
    return Step.union(branches, this.place.definition);
  }
}
