import { decodeTape } from '../worker/datum/tape.ts';
import type { Value } from '../worker/datum/value.ts';
import type { SchemaJson } from '../worker/decode/avro/schema.ts';

/** An object with more keys is a dictionary: it becomes JSON. */
const MAX_FIELDS = 2_000;
/** Of a schema: what is beyond becomes JSON. */
const MAX_COLUMNS = 10_000;

const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/** The name of the only column of alerts that are arrays. */
const ONLY_COLUMN = 'value';

/** An alert is an object; an array becomes one with the array in it. */
export function asRecord(alert: Value): Map<string, Value> {
  return alert instanceof Map ? alert : new Map([[ONLY_COLUMN, alert]]);
}

/**
 * The schema that all of these alerts fit. Integers are 64 bits wide, or a decimal where that is not enough; integers and doubles together
 * are doubles while that is exact; what has nothing in common is text, as JSON. Everything may be null.
 */
export function inferSchema(tapes: Iterable<Uint8Array>): SchemaJson {
  const seen = new Seen();
  for (const tape of tapes) seen.add(asRecord(decodeTape(tape)));
  return new Builder().root(seen);
}

/** What stood in one place of the alerts. */
class Seen {
  boolean = false;
  double = false;
  string = false;
  bytes = false;
  integer: { min: bigint; max: bigint } | null = null;
  items: Seen | null = null;
  fields: Map<string, Seen> | null = null;

  add(value: Value): void {
    if (value === null) return;
    if (typeof value === 'boolean') this.boolean = true;
    else if (typeof value === 'number') this.double = true;
    else if (typeof value === 'string') this.string = true;
    else if (typeof value === 'bigint') this.#addInteger(value);
    else if (Array.isArray(value)) {
      this.items ??= new Seen();
      for (const item of value) this.items.add(item);
    } else if (value instanceof Map) this.#addObject(value);
    else this.bytes = true;
  }

  #addInteger(value: bigint): void {
    const known = this.integer;
    if (known === null) this.integer = { min: value, max: value };
    else if (value < known.min) known.min = value;
    else if (value > known.max) known.max = value;
  }

  #addObject(object: Map<string, Value>): void {
    this.fields ??= new Map();
    for (const [key, value] of object) {
      let field = this.fields.get(key);
      if (field === undefined) {
        // One more than is allowed says that there are too many.
        if (this.fields.size > MAX_FIELDS) continue;
        this.fields.set(key, (field = new Seen()));
      }
      field.add(value);
    }
  }
}

class Builder {
  #columns = 0;
  #records = 0;

  root(seen: Seen): SchemaJson {
    return this.#record(seen.fields ?? new Map<string, Seen>());
  }

  #nullable(seen: Seen): SchemaJson {
    const type = this.#type(seen);
    return type === 'null' ? type : ['null', type];
  }

  #type({ boolean, double, string, bytes, integer, items, fields }: Seen): SchemaJson {
    const kinds = [boolean, double, string, bytes, integer !== null, items !== null, fields !== null];
    const count = kinds.filter(Boolean).length;
    if (++this.#columns > MAX_COLUMNS) return 'string';
    if (count === 0) return 'null';
    if (count > 1) {
      const exact = integer !== null && integer.min >= -MAX_EXACT && integer.max <= MAX_EXACT;
      return count === 2 && double && exact ? 'double' : 'string';
    }
    if (boolean) return 'boolean';
    if (double) return 'double';
    if (string) return 'string';
    if (bytes) return 'bytes';
    if (integer !== null) return integerType(integer);
    if (items !== null) return { type: 'array', items: this.#nullable(items) };
    if (fields === null || fields.size === 0 || fields.size > MAX_FIELDS) return 'string';
    return this.#record(fields);
  }

  #record(fields: ReadonlyMap<string, Seen>): SchemaJson {
    const number = this.#records++;
    return {
      type: 'record',
      name: number === 0 ? 'Alert' : `Object${number}`,
      fields: Array.from(fields, ([name, seen]) => ({ name, type: this.#nullable(seen) })),
    };
  }
}

function integerType({ min, max }: { min: bigint; max: bigint }): SchemaJson {
  if (min >= MIN_INT64 && max <= MAX_INT64) return 'long';
  if (min < MIN_INT64 || max > MAX_UINT64) return 'string';
  // Avro has no unsigned integers; the attribute tells Parquet, which has.
  return { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 0, unsigned: min >= 0n };
}
