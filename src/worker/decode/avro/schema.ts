import { messageOf } from '../../../errors.ts';
import { DecodeError } from '../error.ts';
import type { AlertVisitor } from '../visitor.ts';
import type { Cursor } from './cursor.ts';
import { logicalReader } from './logical.ts';
import { skip } from './skip.ts';

/** Reads one value and tells it. */
export type Read = (cursor: Cursor, visitor: AlertVisitor) => void;

/** A type of a writer's schema, ready to read by. */
export interface AvroType {
  readonly read: Read;
  /** What it is made of; null: it cannot be used, and reading says why. */
  readonly shape: AvroShape | null;
}

/** What a type is made of. Types may hold themselves. */
export type AvroShape =
  | { readonly kind: 'primitive'; readonly name: string }
  | { readonly kind: 'record'; readonly names: readonly string[]; readonly types: readonly AvroType[] }
  | { readonly kind: 'enum'; readonly symbols: readonly unknown[] }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'array' | 'map'; readonly items: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  /** One that comes out as text; see logical.ts. */
  | { readonly kind: 'logical'; readonly schema: Readonly<Record<string, unknown>> };

/** A schema as JSON has it. */
export type SchemaJson = string | SchemaJson[] | { readonly [key: string]: unknown; readonly type?: unknown };

/**
 * Compiles a writer's schema. Only what reading needs is looked at: real schemas have defaults that do not fit their types
 * (`null` for `["float", "null"]`), and a reader of data needs none.
 *
 * @throws DecodeError BAD_SCHEMA
 */
export function compileSchema(text: string): AvroType {
  const type = new Compiler().compile(parseSchema(text), '', 0);
  // A named type may be spoken of elsewhere; the text belongs to this compilation's top alone.
  const top = { ...type };
  texts.set(top, text);
  return top;
}

const texts = new WeakMap<AvroType, string>();

/** The text that a schema was compiled from; undefined: it is a part of one. */
export function schemaText(type: AvroType): string | undefined {
  return texts.get(type);
}

/** @throws DecodeError BAD_SCHEMA */
export function parseSchema(text: string): SchemaJson {
  try {
    return JSON.parse(text) as SchemaJson;
  } catch (error) {
    throw new DecodeError('BAD_SCHEMA', `The Avro schema is not JSON: ${messageOf(error)}.`, error);
  }
}

const MAX_SCHEMA_DEPTH = 100;

const primitives: Readonly<Record<string, Read>> = {
  null: (_, visitor) => {
    visitor.null();
  },
  boolean: (cursor, visitor) => {
    visitor.boolean(cursor.boolean());
  },
  int: (cursor, visitor) => {
    visitor.int(cursor.int());
  },
  long: (cursor, visitor) => {
    visitor.long(cursor.long());
  },
  float: (cursor, visitor) => {
    visitor.double(cursor.float());
  },
  double: (cursor, visitor) => {
    visitor.double(cursor.double());
  },
  bytes: (cursor, visitor) => {
    visitor.bytes(cursor.fixed(cursor.count()));
  },
  string: (cursor, visitor) => {
    visitor.string(cursor.string());
  },
};

const primitiveTypes = new Map<string, AvroType>(
  Object.entries(primitives).map(([name, read]) => [name, { read, shape: { kind: 'primitive', name } }]),
);

/** A named type while it is compiled: it may speak of itself before it is finished. */
interface NamedType extends AvroType {
  read: Read;
  shape: AvroShape | null;
}

class Compiler {
  /** Named types by full name. */
  readonly #named = new Map<string, NamedType>();

  compile(schema: unknown, namespace: string, depth: number): AvroType {
    if (depth > MAX_SCHEMA_DEPTH) throw bad(`it is nested deeper than ${MAX_SCHEMA_DEPTH} levels`);
    if (typeof schema === 'string') return this.#byName(schema, namespace);
    if (Array.isArray(schema)) return this.#union(schema, namespace, depth);
    if (typeof schema !== 'object' || schema === null) throw bad(`${JSON.stringify(schema)} is no type`);
    const complex = schema as Record<string, unknown>;
    const type = complex['type'];
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(complex, namespace, depth);
      case 'enum':
        return this.#enum(complex, namespace);
      case 'fixed':
        return this.#fixed(complex, namespace);
      case 'array':
        return arrayType(this.compile(complex['items'], namespace, depth + 1));
      case 'map':
        return mapType(this.compile(complex['values'], namespace, depth + 1));
      default:
        return logicalType(complex) ?? this.compile(type, namespace, depth + 1);
    }
  }

  #byName(name: string, namespace: string): AvroType {
    const type =
      primitiveTypes.get(name) ?? this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (type === undefined) throw bad(`the type ${JSON.stringify(name)} is not defined`);
    return type;
  }

  #define(schema: Record<string, unknown>, namespace: string): { type: NamedType; inner: string } {
    const name = schema['name'];
    if (typeof name !== 'string' || name === '') throw bad('a named type has no name');
    const own = typeof schema['namespace'] === 'string' ? schema['namespace'] : namespace;
    const full = fullName(name, own);
    const type: NamedType = {
      // Who takes this one speaks of the type inside it: by the time it is read, the finished one is there.
      read: (cursor, visitor) => {
        type.read(cursor, visitor);
      },
      shape: null,
    };
    this.#named.set(full, type);
    const dot = full.lastIndexOf('.');
    return { type, inner: dot < 0 ? '' : full.slice(0, dot) };
  }

  #record(schema: Record<string, unknown>, namespace: string, depth: number): AvroType {
    const { type, inner } = this.#define(schema, namespace);
    const fields = schema['fields'];
    if (!Array.isArray(fields)) throw bad(`the record ${String(schema['name'])} has no fields`);
    const names: string[] = [];
    const types: AvroType[] = [];
    for (const field of fields as (Record<string, unknown> | null)[]) {
      if (typeof field?.['name'] !== 'string') throw bad(`a field of ${String(schema['name'])} has no name`);
      names.push(field['name']);
      types.push(this.compile(field['type'], inner, depth + 1));
    }
    if (new Set(names).size < names.length)
      throw bad(`the record ${String(schema['name'])} has a field twice`);
    const readers = types.map(({ read }) => read);
    type.read = (cursor, visitor) => {
      cursor.enter();
      visitor.beginObject(true);
      for (let i = 0; i < names.length; i++) {
        if (visitor.key(names[i] as string)) (readers[i] as Read)(cursor, visitor);
        else skip(types[i] as AvroType, cursor);
      }
      visitor.endObject();
      cursor.leave();
    };
    type.shape = { kind: 'record', names, types };
    return type;
  }

  #enum(schema: Record<string, unknown>, namespace: string): AvroType {
    const { type } = this.#define(schema, namespace);
    const symbols: unknown = schema['symbols'];
    if (!Array.isArray(symbols)) throw bad(`the enum ${String(schema['name'])} has no symbols`);
    type.read = (cursor, visitor) => {
      const index = cursor.count();
      const symbol = (symbols as unknown[])[index];
      if (typeof symbol !== 'string')
        throw new DecodeError('BAD_AVRO', `The enum at byte ${cursor.at} has no symbol ${index}.`);
      visitor.string(symbol);
    };
    type.shape = { kind: 'enum', symbols };
    return type;
  }

  #fixed(schema: Record<string, unknown>, namespace: string): AvroType {
    const { type } = this.#define(schema, namespace);
    const size = schema['size'];
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
      throw bad(`the fixed ${String(schema['name'])} has no size`);
    const { read, shape } = logicalType(schema) ?? fixedType(size);
    type.read = read;
    type.shape = shape;
    return type;
  }

  #union(union: unknown[], namespace: string, depth: number): AvroType {
    const branches = union.map((branch) => this.compile(branch, namespace, depth + 1));
    const readers = branches.map(({ read }) => read);
    const read: Read = (cursor, visitor) => {
      const index = cursor.count();
      const branch = readers[index];
      if (branch === undefined)
        throw new DecodeError('BAD_AVRO', `The union before byte ${cursor.at} has no branch ${index}.`);
      // A union of itself would go round without reading on.
      cursor.enter();
      branch(cursor, visitor);
      cursor.leave();
    };
    return { read, shape: { kind: 'union', branches } };
  }
}

function logicalType(schema: Record<string, unknown>): AvroType | null {
  const read = logicalReader(schema);
  return read === null ? null : { read, shape: { kind: 'logical', schema } };
}

function fixedType(size: number): AvroType {
  const read: Read = (cursor, visitor) => {
    visitor.bytes(cursor.fixed(size));
  };
  return { read, shape: { kind: 'fixed', size } };
}

function arrayType(items: AvroType): AvroType {
  const item = items.read;
  const read: Read = (cursor, visitor) => {
    cursor.enter();
    visitor.beginArray();
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let i = 0; i < count; i++) item(cursor, visitor);
    }
    visitor.endArray();
    cursor.leave();
  };
  return { read, shape: { kind: 'array', items } };
}

function mapType(items: AvroType): AvroType {
  const value = items.read;
  const read: Read = (cursor, visitor) => {
    cursor.enter();
    visitor.beginObject(false);
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let i = 0; i < count; i++) {
        if (visitor.key(cursor.string())) value(cursor, visitor);
        else skip(items, cursor);
      }
    }
    visitor.endObject();
    cursor.leave();
  };
  return { read, shape: { kind: 'map', items } };
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function bad(why: string): DecodeError {
  return new DecodeError('BAD_SCHEMA', `The Avro schema cannot be used: ${why}.`);
}
