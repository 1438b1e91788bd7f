import { TapeCursor, tapeType } from '../worker/datum/tape.ts';
import type { SchemaJson } from '../worker/decode/avro/schema.ts';
import { TapeKeys } from './tape-keys.ts';

/** An object with more keys is a dictionary: it becomes JSON. */
const MAX_FIELDS = 2_000;
/** Of a schema: what is beyond becomes JSON. */
const MAX_COLUMNS = 10_000;
/** An object or array that stands in so many is JSON. Each takes two levels of a schema, which has 100 at the most. */
const MAX_LEVELS = 40;
/** Where something stood in the alerts. With more, the largest objects become dictionaries, until half of them are left. */
const MAX_PLACES = 2 * MAX_COLUMNS;

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/** The name of the only column of alerts that are arrays. */
export const ONLY_COLUMN = 'value';

/** The schema of alerts that are dictionaries: each is one JSON text. */
export const WHOLE_ALERTS: SchemaJson = {
  type: 'record',
  name: 'Alert',
  fields: [{ name: ONLY_COLUMN, type: ['null', 'string'] }],
};

/**
 * The schema that all of these alerts fit. Integers are 64 bits wide, or a decimal where that is not enough; integers and doubles together
 * are doubles while that is exact; what has nothing in common is text, as JSON. Everything may be null.
 */
export function inferSchema(tapes: Iterable<Uint8Array>): SchemaJson {
  const places = new Places();
  const seen = new Seen(places);
  const cursor = new TapeCursor();
  for (const tape of tapes) {
    cursor.begin(tape);
    if (cursor.type === tapeType.OBJECT) seen.add(cursor);
    else seen.addOnly(cursor);
    if (places.count > MAX_PLACES) makeDictionaries(seen, places);
  }
  return new Builder().root(seen);
}

/** Integers that stood in one place. */
class SeenIntegers {
  any = false;
  negative = false;
  /** Whether a double holds each of them. */
  exact = true;
  /** Of those that int64 does not hold. */
  least = 0n;
  largest = 0n;

  /** @param value of 64 bits, as near as a double comes to it. */
  addInt64(value: number): void {
    this.any = true;
    if (value < 0) this.negative = true;
    if (!Number.isSafeInteger(value)) this.exact = false;
  }

  addLarge(value: bigint): void {
    this.any = true;
    this.exact = false;
    if (value < 0n) this.negative = true;
    if (value < this.least) this.least = value;
    if (value > this.largest) this.largest = value;
  }
}

/** How many there are; no alert bounds those of all alerts together. */
class Places {
  count = 0;
}

/** What stood in one place of the alerts. */
class Seen {
  boolean = false;
  double = false;
  string = false;
  bytes = false;
  readonly integers = new SeenIntegers();
  items: Seen | null = null;
  /** By their keys. */
  fields: TapeKeys<Seen> | null = null;
  /** An object of which nobody wants to know the keys: it becomes JSON. */
  isDictionary = false;
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
    places.count += 1;
  }

  add(cursor: TapeCursor): void {
    switch (cursor.type) {
      case tapeType.INT64:
        this.integers.addInt64(cursor.number);
        break;
      case tapeType.LARGE:
        this.integers.addLarge(cursor.value() as bigint);
        return;
      case tapeType.ARRAY:
        this.#addItems(cursor);
        return;
      case tapeType.OBJECT:
        this.#addFields(cursor);
        return;
      case tapeType.DOUBLE:
        this.double = true;
        break;
      case tapeType.STRING:
        this.string = true;
        break;
      case tapeType.BYTES:
        this.bytes = true;
        break;
      case tapeType.TRUE:
      case tapeType.FALSE:
        this.boolean = true;
        break;
      default:
    }
    cursor.skip();
  }

  /** An alert that is an array becomes an object with the array in it. */
  addOnly(cursor: TapeCursor): void {
    if (this.isDictionary) return;
    this.fields ??= new TapeKeys();
    (this.fields.get(ONLY_COLUMN) ?? this.fields.add(ONLY_COLUMN, new Seen(this.#places))).add(cursor);
  }

  /** Forgets the keys, and all that stands below them. */
  becomeDictionary(): void {
    const before = this.#count();
    this.isDictionary = true;
    this.fields = null;
    this.#places.count -= before - this.#count();
  }

  /** What stands below this place, in the places right below it first. */
  *below(): Generator<Seen> {
    const next = this.fields?.map((_, field) => field) ?? [];
    if (this.items !== null) next.push(this.items);
    yield* next;
    for (const each of next) yield* each.below();
  }

  #count(): number {
    let count = 0;
    const below = this.below();
    while (below.next().done !== true) count += 1;
    return count;
  }

  #addItems(cursor: TapeCursor): void {
    this.items ??= new Seen(this.#places);
    for (let left = cursor.enter(); left > 0; left--) this.items.add(cursor);
  }

  #addFields(cursor: TapeCursor): void {
    if (this.isDictionary) {
      cursor.skip();
      return;
    }
    this.fields ??= new TapeKeys();
    const { fields } = this;
    fields.rewind();
    const start = cursor.at;
    for (let left = cursor.enter(); left > 0; left--) {
      let field = fields.next(cursor);
      if (field === undefined) {
        if (fields.size === MAX_FIELDS) {
          this.becomeDictionary();
          cursor.at = start;
          cursor.skip();
          return;
        }
        field = fields.add(cursor.text(), new Seen(this.#places));
      }
      field.add(cursor);
    }
  }
}

/** The objects with the most keys first; the alerts themselves are the last. */
function makeDictionaries(alerts: Seen, places: Places): void {
  const keysOf = ({ fields }: Seen): number => fields?.size ?? 0;
  const objects = [...alerts.below()].filter((each) => keysOf(each) > 0);
  objects.sort((one, other) => keysOf(other) - keysOf(one));
  const forgotten = new Set<Seen>();
  for (const each of [...objects, alerts]) {
    if (places.count <= MAX_PLACES / 2) return;
    if (forgotten.has(each)) continue;
    for (const below of each.below()) forgotten.add(below);
    each.becomeDictionary();
  }
}

class Builder {
  #columns = 0;
  #records = 0;

  root(seen: Seen): SchemaJson {
    return seen.isDictionary ? WHOLE_ALERTS : this.#record(seen.fields ?? new TapeKeys<Seen>(), 1);
  }

  /** @param level how many objects and arrays it stands in. */
  #nullable(seen: Seen, level: number): SchemaJson {
    const type = this.#type(seen, level);
    return type === 'null' ? type : ['null', type];
  }

  #type(
    { boolean, double, string, bytes, integers, items, fields, isDictionary }: Seen,
    level: number,
  ): SchemaJson {
    const kinds = [
      boolean,
      double,
      string,
      bytes,
      integers.any,
      items !== null,
      fields !== null || isDictionary,
    ];
    const count = kinds.filter(Boolean).length;
    if (++this.#columns > MAX_COLUMNS) return 'string';
    if (count === 0) return 'null';
    if (count > 1) return count === 2 && double && integers.any && integers.exact ? 'double' : 'string';
    if (boolean) return 'boolean';
    if (double) return 'double';
    if (string) return 'string';
    if (bytes) return 'bytes';
    if (integers.any) return integerType(integers);
    if (level === MAX_LEVELS) return 'string';
    if (items !== null) return { type: 'array', items: this.#nullable(items, level + 1) };
    if (fields === null || fields.size === 0) return 'string';
    return this.#record(fields, level + 1);
  }

  #record(fields: TapeKeys<Seen>, level: number): SchemaJson {
    const number = this.#records++;
    return {
      type: 'record',
      name: number === 0 ? 'Alert' : `Object${number}`,
      fields: fields.map((name, seen) => ({ name, type: this.#nullable(seen, level) })),
    };
  }
}

function integerType({ least, largest, negative }: SeenIntegers): SchemaJson {
  if (least === 0n && largest === 0n) return 'long';
  if (least < MIN_INT64 || largest > MAX_UINT64) return 'string';
  // Avro has no unsigned integers; the attribute tells Parquet, which has.
  return { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 0, unsigned: !negative };
}
