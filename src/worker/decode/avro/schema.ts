import { messageOf } from '../../../errors.ts';
import { DecodeError } from '../error.ts';
import type { AlertVisitor } from '../visitor.ts';
import type { Cursor } from './cursor.ts';
import { logicalReader } from './logical.ts';

/** Reads one value and tells it. */
export type Read = (cursor: Cursor, visitor: AlertVisitor) => void;

/** A writer's schema, ready to read by. */
export interface AvroSchema {
  readonly read: Read;
}

/** A schema as JSON has it. */
export type SchemaJson = string | SchemaJson[] | { readonly [key: string]: unknown; readonly type?: unknown };

/**
 * Compiles a writer's schema. Only what reading needs is looked at: real schemas have defaults that do not fit their types
 * (`null` for `["float", "null"]`), and a reader of data needs none.
 *
 * @throws DecodeError BAD_SCHEMA
 */
export function compileSchema(text: string): AvroSchema {
  let json: SchemaJson;
  try {
    json = JSON.parse(text) as SchemaJson;
  } catch (error) {
    throw new DecodeError('BAD_SCHEMA', `The Avro schema is not JSON: ${messageOf(error)}.`, error);
  }
  return { read: new Compiler().compile(json, '', 0) };
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

class Compiler {
  /** Named types by full name. A type may speak of itself before it is finished. */
  readonly #named = new Map<string, { read: Read | null }>();

  compile(schema: unknown, namespace: string, depth: number): Read {
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
        return arrayReader(this.compile(complex['items'], namespace, depth + 1));
      case 'map':
        return mapReader(this.compile(complex['values'], namespace, depth + 1));
      default:
        return logicalReader(complex) ?? this.compile(type, namespace, depth + 1);
    }
  }

  #byName(name: string, namespace: string): Read {
    const primitive = primitives[name];
    if (primitive !== undefined && Object.hasOwn(primitives, name)) return primitive;
    const named = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (named === undefined) throw bad(`the type ${JSON.stringify(name)} is not defined`);
    if (named.read !== null) return named.read;
    // It speaks of itself: by the time it is read it will be there.
    return (cursor, visitor) => {
      (named.read as Read)(cursor, visitor);
    };
  }

  #define(
    schema: Record<string, unknown>,
    namespace: string,
  ): { slot: { read: Read | null }; inner: string } {
    const name = schema['name'];
    if (typeof name !== 'string' || name === '') throw bad('a named type has no name');
    const own = typeof schema['namespace'] === 'string' ? schema['namespace'] : namespace;
    const full = fullName(name, own);
    const slot = { read: null };
    this.#named.set(full, slot);
    const dot = full.lastIndexOf('.');
    return { slot, inner: dot < 0 ? '' : full.slice(0, dot) };
  }

  #record(schema: Record<string, unknown>, namespace: string, depth: number): Read {
    const { slot, inner } = this.#define(schema, namespace);
    const fields = schema['fields'];
    if (!Array.isArray(fields)) throw bad(`the record ${String(schema['name'])} has no fields`);
    const names: string[] = [];
    const readers: Read[] = [];
    for (const field of fields as (Record<string, unknown> | null)[]) {
      if (typeof field?.['name'] !== 'string') throw bad(`a field of ${String(schema['name'])} has no name`);
      names.push(field['name']);
      readers.push(this.compile(field['type'], inner, depth + 1));
    }
    if (new Set(names).size < names.length)
      throw bad(`the record ${String(schema['name'])} has a field twice`);
    slot.read = (cursor, visitor) => {
      cursor.enter();
      visitor.beginObject(true);
      for (let i = 0; i < names.length; i++) {
        visitor.key(names[i] as string);
        (readers[i] as Read)(cursor, visitor);
      }
      visitor.endObject();
      cursor.leave();
    };
    return slot.read;
  }

  #enum(schema: Record<string, unknown>, namespace: string): Read {
    const { slot } = this.#define(schema, namespace);
    const symbols = schema['symbols'];
    if (!Array.isArray(symbols)) throw bad(`the enum ${String(schema['name'])} has no symbols`);
    slot.read = (cursor, visitor) => {
      const index = cursor.count();
      const symbol = (symbols as unknown[])[index];
      if (typeof symbol !== 'string')
        throw new DecodeError('BAD_AVRO', `The enum at byte ${cursor.at} has no symbol ${index}.`);
      visitor.string(symbol);
    };
    return slot.read;
  }

  #fixed(schema: Record<string, unknown>, namespace: string): Read {
    const { slot } = this.#define(schema, namespace);
    const size = schema['size'];
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
      throw bad(`the fixed ${String(schema['name'])} has no size`);
    slot.read =
      logicalReader(schema) ??
      ((cursor, visitor) => {
        visitor.bytes(cursor.fixed(size));
      });
    return slot.read;
  }

  #union(branches: unknown[], namespace: string, depth: number): Read {
    const readers = branches.map((branch) => this.compile(branch, namespace, depth + 1));
    return (cursor, visitor) => {
      const index = cursor.count();
      const read = readers[index];
      if (read === undefined)
        throw new DecodeError('BAD_AVRO', `The union before byte ${cursor.at} has no branch ${index}.`);
      // A union of itself would go round without reading on.
      cursor.enter();
      read(cursor, visitor);
      cursor.leave();
    };
  }
}

function arrayReader(item: Read): Read {
  return (cursor, visitor) => {
    cursor.enter();
    visitor.beginArray();
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let i = 0; i < count; i++) item(cursor, visitor);
    }
    visitor.endArray();
    cursor.leave();
  };
}

function mapReader(value: Read): Read {
  return (cursor, visitor) => {
    cursor.enter();
    visitor.beginObject(false);
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let i = 0; i < count; i++) {
        visitor.key(cursor.string());
        value(cursor, visitor);
      }
    }
    visitor.endObject();
    cursor.leave();
  };
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function bad(why: string): DecodeError {
  return new DecodeError('BAD_SCHEMA', `The Avro schema cannot be used: ${why}.`);
}
