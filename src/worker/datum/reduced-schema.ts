import { parseSchema, type SchemaJson } from '../decode/avro/schema.ts';
import { logicalReader } from '../decode/avro/logical.ts';
import { DecodeError } from '../decode/error.ts';
import type { FieldNode } from '../encode/field-capture.ts';
import { ALL, keptField, STAMP_FIELDS } from '../select/reduced.ts';
import type { SelectOptions } from '../../config/select.ts';

type Complex = Readonly<Record<string, unknown>>;

/** A type that others speak of by its name. */
interface Named {
  readonly schema: Complex;
  readonly namespace: string;
}

/** Where a type stands: it is the alert's own, or below it; or in the field of a stamp that is extracted, where names of files stand for bytes. */
type Place = 'top' | 'below' | 'stamp';

/**
 * The schema of what is left of alerts. Each type is written out where it is met first; one of which different things are left in
 * different places becomes several types.
 *
 * @param text of a schema that compiles.
 * @throws DecodeError BAD_SCHEMA where a stamp's name could not be told from another text.
 */
export function reduceSchema(text: string, keep: FieldNode, stamps: SelectOptions['stamps']): string {
  const schema = parseSchema(text);
  const reducer = new SchemaReducer(stamps);
  reducer.learn(schema, '');
  return JSON.stringify(reducer.reduce(schema, '', keep, 'top'));
}

class SchemaReducer {
  readonly #stamps: SelectOptions['stamps'];
  readonly #named = new Map<string, Named>();
  /** Names that types were given, by their own name with whether stamps are in it, and by what is left of them. */
  readonly #given = new Map<string, Map<FieldNode, string>>();
  readonly #taken = new Set<string>();

  constructor(stamps: SelectOptions['stamps']) {
    this.#stamps = stamps;
  }

  /** Finds all named types: the field that defines one may be dropped, and another one speak of it. */
  learn(schema: SchemaJson, namespace: string): void {
    if (typeof schema === 'string') return;
    if (Array.isArray(schema)) {
      for (const branch of schema) this.learn(branch, namespace);
      return;
    }
    const inner = isNamed(schema) ? this.#define(schema, namespace) : namespace;
    const { fields, items, values, type } = schema;
    if (Array.isArray(fields))
      for (const { type: of } of fields as { type: SchemaJson }[]) this.learn(of, inner);
    for (const below of [items, values, type])
      if (below !== undefined) this.learn(below as SchemaJson, inner);
  }

  reduce(schema: SchemaJson, namespace: string, keep: FieldNode, place: Place): SchemaJson {
    if (typeof schema === 'string') {
      const full = this.#named.has(fullName(schema, namespace)) ? fullName(schema, namespace) : schema;
      if (this.#named.has(full)) return this.#byName(full, keep, place);
      return place === 'stamp' && schema === 'bytes' ? 'string' : schema;
    }
    if (Array.isArray(schema)) {
      const branches = schema.map((branch) => this.reduce(branch, namespace, keep, place));
      if (place === 'stamp' && branches.filter(isText).length > 1)
        throw new DecodeError('BAD_SCHEMA', 'A stamp may be text in its schema: it cannot be extracted.');
      return branches;
    }
    if (isNamed(schema)) return this.#byName(fullNameOf(schema, namespace), keep, place);
    const { type, items, values } = schema;
    const inside = place === 'top' ? 'below' : place;
    if (type === 'array')
      return { ...schema, items: this.reduce(items as SchemaJson, namespace, keep, inside) };
    // A map's keys are no fields of the schema: those that are kept are kept whole.
    if (type === 'map')
      return { ...schema, values: this.reduce(values as SchemaJson, namespace, ALL, inside) };
    const isPlain = typeof type === 'string' && !this.#named.has(fullName(type, namespace));
    if (!isPlain) return this.reduce(type as SchemaJson, namespace, keep, place);
    return place === 'stamp' && type === 'bytes' && logicalReader(schema) === null ? 'string' : schema;
  }

  #byName(full: string, keep: FieldNode, place: Place): SchemaJson {
    const { schema, namespace } = this.#named.get(full) as Named;
    if (place === 'stamp' && schema['type'] === 'fixed' && logicalReader(schema) === null) return 'string';
    const isTop = place === 'top';
    const isRecord = Array.isArray(schema['fields']);
    const of = isRecord ? keep : ALL;
    const key = isRecord && place === 'stamp' ? `${full} with stamps` : full;
    let given = this.#given.get(key);
    if (given === undefined) this.#given.set(key, (given = new Map<FieldNode, string>()));
    const known = isTop ? undefined : given.get(of);
    if (known !== undefined) return known;
    const name = this.#freeName(full);
    // The stamps are another thing at the top, so nothing further down is the same.
    if (!isTop || this.#stamps === 'keep') given.set(of, name);
    const written = { ...schema, name: name.slice(name.lastIndexOf('.') + 1), namespace };
    return isRecord ? { ...written, fields: this.#fields(schema, namespace, keep, place) } : written;
  }

  #fields({ fields }: Complex, namespace: string, keep: FieldNode, place: Place): SchemaJson[] {
    const left: SchemaJson[] = [];
    for (const field of fields as (Complex & { name: string; type: SchemaJson })[]) {
      const child = keptField(keep, field.name, place === 'top' && this.#stamps === 'drop');
      if (child === undefined) continue;
      const isStamp = place === 'top' && this.#stamps === 'extract' && STAMP_FIELDS.has(field.name);
      const inside = isStamp ? 'stamp' : place === 'top' ? 'below' : place;
      left.push({ ...field, type: this.reduce(field.type, namespace, child, inside) });
    }
    return left;
  }

  #define(schema: Complex, namespace: string): string {
    const full = fullNameOf(schema, namespace);
    const inner = full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : '';
    this.#named.set(full, { schema, namespace: inner });
    return inner;
  }

  #freeName(full: string): string {
    let name = full;
    for (let count = 2; this.#taken.has(name); count++) name = `${full}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** Of two such branches in a union nobody could tell which is meant. */
function isText(schema: SchemaJson): boolean {
  return typeof schema === 'string' ? schema === 'string' : 'type' in schema && schema.type === 'string';
}

function isNamed({ type }: Complex): boolean {
  return type === 'record' || type === 'error' || type === 'enum' || type === 'fixed';
}

function fullNameOf(schema: Complex, namespace: string): string {
  const own = schema['namespace'];
  return fullName(String(schema['name']), typeof own === 'string' ? own : namespace);
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}
