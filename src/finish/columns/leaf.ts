import type { ParquetType, SchemaElement } from 'hyparquet';
import { type Column, type LeafPath, type Place, repetitionType } from './column.ts';
import { Levels, type PageLevels } from './levels.ts';
import type { Bounds } from './bounds.ts';
import type { Step } from './step.ts';

/** What values mean, such as a date. */
export type Meaning = Pick<
  SchemaElement,
  'type_length' | 'converted_type' | 'logical_type' | 'precision' | 'scale'
>;

/** What stands in a column, without its name. */
export interface LeafType extends Meaning {
  readonly type: ParquetType;
}

/** A column of values of one kind, in the encoding that Parquet calls plain. */
export abstract class Leaf implements Column {
  readonly type: LeafType;
  /** The least and the largest value of those that were taken; null: nobody asks for it. */
  abstract readonly bounds: Bounds | null;
  readonly #place: Place;
  readonly #levels: Levels;

  constructor(place: Place, type: LeafType) {
    this.type = type;
    this.#place = place;
    this.#levels = new Levels(place);
  }

  schema(name: string): SchemaElement[] {
    return [{ ...this.type, name, repetition_type: repetitionType(this.#place) }];
  }

  leaves(path: readonly string[]): LeafPath[] {
    return [{ path, leaf: this }];
  }

  step(): Step {
    return this.stepOf(this.#levels, this.#place.definition);
  }

  /** How many values and nulls wait to be taken. */
  get count(): number {
    return this.#levels.count;
  }

  takeLevels(): PageLevels {
    return this.#levels.take();
  }

  /** How many bytes wait to be taken. */
  get bytes(): number {
    return this.valueBytes + this.#levels.bytes;
  }

  /** Of values alone. */
  protected abstract readonly valueBytes: number;
  /** The values, nulls left out; valid until the next one is read. */
  abstract takeValues(): Uint8Array;
  /** @param definition where a value is there. */
  protected abstract stepOf(levels: Levels, definition: number): Step;
}
