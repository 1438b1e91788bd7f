import { type Data, Field, List, makeData, Map_, Struct } from 'apache-arrow';
import type { AvroBytes } from './avro-bytes.ts';
import type { Column } from './column.ts';
import { GrowingNumbers, Validity } from './growing.ts';

/** A column with its name. */
export interface NamedColumn {
  readonly name: string;
  readonly column: Column;
}

function fieldsOf(columns: readonly NamedColumn[]): Field[] {
  return columns.map(({ name, column }) => new Field(name, column.type, column.nullable));
}

/** Records: a column a field. */
export class StructColumn implements Column {
  readonly type: Struct;
  readonly nullable: boolean;
  readonly #columns: readonly Column[];
  readonly #validity = new Validity();

  constructor(nullable: boolean, columns: readonly NamedColumn[]) {
    this.nullable = nullable;
    this.type = new Struct(fieldsOf(columns));
    this.#columns = columns.map(({ column }) => column);
  }

  get length(): number {
    return this.#validity.length;
  }

  read(from: AvroBytes): void {
    this.#validity.add(true);
    for (const column of this.#columns) column.read(from);
  }

  skip(): void {
    this.#validity.add(!this.nullable);
    for (const column of this.#columns) column.skip();
  }

  take(): Data {
    const length = this.#validity.length;
    const children = this.#columns.map((column) => column.take());
    return makeData({ type: this.type, length, children, ...this.#validity.take() });
  }
}

/** Arrays and maps. */
export class ListColumn implements Column {
  readonly type: List | Map_;
  readonly nullable: boolean;
  readonly #items: Column;
  readonly #validity = new Validity();
  readonly #offsets = new GrowingNumbers(new Int32Array(64));

  /** @param items of a map: structs of a key and a value. */
  constructor(nullable: boolean, items: Column, isMap: boolean) {
    this.nullable = nullable;
    this.#items = items;
    this.type = isMap
      ? new Map_(new Field('entries', items.type as never, false))
      : new List(new Field('element', items.type, items.nullable));
  }

  get length(): number {
    return this.#validity.length;
  }

  read(from: AvroBytes): void {
    this.#start();
    this.#validity.add(true);
    for (let count = from.block(); count > 0; count = from.block()) {
      for (let i = 0; i < count; i++) this.#items.read(from);
    }
    this.#offsets.push(this.#items.length);
  }

  skip(): void {
    this.#start();
    this.#validity.add(!this.nullable);
    this.#offsets.push(this.#items.length);
  }

  take(): Data {
    this.#start();
    const length = this.#validity.length;
    const valueOffsets = this.#offsets.take();
    const child = this.#items.take();
    return makeData({ type: this.type as List, length, valueOffsets, child, ...this.#validity.take() });
  }

  #start(): void {
    if (this.#offsets.length === 0) this.#offsets.push(0);
  }
}

/** `null` or one other type. */
export class OptionalColumn implements Column {
  readonly #column: Column;
  readonly #nullBranch: number;
  readonly nullable = true;

  /** @param column nullable. */
  constructor(column: Column, nullBranch: number) {
    this.#column = column;
    this.#nullBranch = nullBranch;
  }

  get type(): Column['type'] {
    return this.#column.type;
  }
  get length(): number {
    return this.#column.length;
  }

  read(from: AvroBytes): void {
    if (from.int() === this.#nullBranch) this.#column.skip();
    else this.#column.read(from);
  }
  skip(): void {
    this.#column.skip();
  }
  take(): Data {
    return this.#column.take();
  }
}

/** A union of several types: a struct with a column for each, of which one at the most is not null. */
export class UnionColumn implements Column {
  readonly type: Struct;
  readonly nullable: boolean;
  readonly #branches: readonly (Column | null)[];
  readonly #columns: readonly Column[];
  readonly #validity = new Validity();

  /** @param branches null: the type `null`. */
  constructor(nullable: boolean, branches: readonly (NamedColumn | null)[]) {
    const columns = branches.filter((branch) => branch !== null);
    this.nullable = nullable;
    this.type = new Struct(fieldsOf(columns));
    this.#branches = branches.map((branch) => branch?.column ?? null);
    this.#columns = columns.map(({ column }) => column);
  }

  get length(): number {
    return this.#validity.length;
  }

  read(from: AvroBytes): void {
    const branch = this.#branches[from.int()] ?? null;
    this.#validity.add(branch !== null);
    for (const column of this.#columns) {
      if (column === branch) column.read(from);
      else column.skip();
    }
  }

  skip(): void {
    this.#validity.add(!this.nullable);
    for (const column of this.#columns) column.skip();
  }

  take(): Data {
    const length = this.#validity.length;
    const children = this.#columns.map((column) => column.take());
    return makeData({ type: this.type, length, children, ...this.#validity.take() });
  }
}
