import type { SchemaElement } from 'hyparquet';
import type { Leaf } from './leaf.ts';
import type { Step } from './step.ts';

/**
 * Where a column stands in the levels of Parquet (Melnik et al. 2010, "Dremel"): how many optional and repeated groups, itself included, are
 * there when it has a value, and how many of them are repeated.
 */
export interface Place {
  readonly definition: number;
  readonly repetition: number;
  /** Whether it may be null where all above it are there. */
  readonly nullable: boolean;
}

/** Where a whole record stands. */
export const ROOT: Place = { definition: 0, repetition: 0, nullable: false };

/** A leaf, and the names on the way to it. */
export interface LeafPath {
  readonly path: readonly string[];
  readonly leaf: Leaf;
}

/** A column: what a file's schema says of it, and what it is filled by. */
export interface Column {
  /** What the schema of a file says of it, under this name. */
  schema(name: string): SchemaElement[];
  /** The columns of values that it consists of. */
  leaves(path: readonly string[]): LeafPath[];
  /** How it is read. */
  step(): Step;
}

/** The place of a field of what stands at another place. */
export function below(place: Place, nullable: boolean): Place {
  return { ...place, definition: place.definition + (nullable ? 1 : 0), nullable };
}

/** The place of the items of an array. */
export function repeated(place: Place): Place {
  return { definition: place.definition + 1, repetition: place.repetition + 1, nullable: false };
}

/** What the schema says of whether it may be missing. */
export function repetitionType({ nullable }: Place): 'OPTIONAL' | 'REQUIRED' {
  return nullable ? 'OPTIONAL' : 'REQUIRED';
}
