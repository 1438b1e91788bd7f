import type { AvroShape, AvroType } from '../decode/avro/schema.ts';
import { quoted } from '../encode/json-string.ts';
import {
  INPUT,
  KEY_NAME,
  KEY_NAME_BYTES,
  KEY_QUOTED_AT,
  KEY_QUOTED_BYTES,
  OP_ARRAY,
  OP_BOOLEAN,
  OP_BYTES,
  OP_DATE,
  OP_DOUBLE,
  OP_ENUM,
  OP_FIXED,
  OP_FLOAT,
  OP_GIVE_UP,
  OP_INT,
  OP_LONG,
  OP_MAP,
  OP_NULL,
  OP_RECORD,
  OP_STRING,
  OP_TIME_OF_DAY,
  OP_TIMESTAMP,
  OP_UNION,
  PROGRAMS,
} from './layout.ts';

/** No room is left for a program. */
class Full extends Error {
  override readonly name = 'Full';
}

const MAX_FIXED_BYTES = 0x7fff_ffff;

const primitiveOps: Readonly<Record<string, number>> = {
  null: OP_NULL,
  boolean: OP_BOOLEAN,
  int: OP_INT,
  long: OP_LONG,
  float: OP_FLOAT,
  double: OP_DOUBLE,
  bytes: OP_BYTES,
  string: OP_STRING,
};

/** By logical type: the operation, and what it is told. */
const logicalOps: Readonly<Record<string, readonly number[]>> = {
  date: [OP_DATE],
  'time-millis': [OP_TIME_OF_DAY, 3],
  'time-micros': [OP_TIME_OF_DAY, 6],
  'timestamp-millis': [OP_TIMESTAMP, 3, 1],
  'timestamp-micros': [OP_TIMESTAMP, 6, 1],
  'timestamp-nanos': [OP_TIMESTAMP, 9, 1],
  'local-timestamp-millis': [OP_TIMESTAMP, 3, 0],
  'local-timestamp-micros': [OP_TIMESTAMP, 6, 0],
  'local-timestamp-nanos': [OP_TIMESTAMP, 9, 0],
};

/**
 * The programs of Avro schemas in the memory. A program is the schema's types, each an operation with its operands, which point to
 * other types and to keys with their quoted forms ready; layout.ts lists them. They are written once a schema.
 */
export class AvroPrograms {
  readonly #memory: WebAssembly.Memory;
  readonly #colon: string;
  #known = new WeakMap<AvroType, number | null>();
  #top: number = PROGRAMS;

  constructor(memory: WebAssembly.Memory, indent: number) {
    this.#memory = memory;
    this.#colon = indent > 0 ? ': ' : ':';
  }

  /** Where the schema's program stands; null: it is too large, or the schema cannot be used. */
  get(schema: AvroType): number | null {
    let program = this.#known.get(schema);
    if (program !== undefined) return program;
    program = this.#write(schema);
    if (program === null && this.#top > PROGRAMS) {
      // Full of others: they begin anew too.
      this.#known = new WeakMap();
      this.#top = PROGRAMS;
      program = this.#write(schema);
    }
    this.#known.set(schema, program);
    return program;
  }

  #write(schema: AvroType): number | null {
    const writer = new ProgramWriter(Buffer.from(this.#memory.buffer), this.#top, this.#colon);
    try {
      const program = writer.type(schema);
      this.#top = writer.top;
      return program;
    } catch (error) {
      if (error instanceof Full) return null;
      throw error;
    }
  }
}

class ProgramWriter {
  top: number;
  readonly #memory: Buffer;
  readonly #colon: string;
  readonly #types = new Map<AvroType, number>();
  readonly #keys = new Map<string, number>();

  constructor(memory: Buffer, top: number, colon: string) {
    this.#memory = memory;
    this.top = top;
    this.#colon = colon;
  }

  /** The place of a type. It is known before its parts are written, for they may speak of it. */
  type(type: AvroType): number {
    const known = this.#types.get(type);
    if (known !== undefined) return known;
    const words = wordsOf(type.shape);
    const at = this.#take(4 * words);
    this.#types.set(type, at);
    const put = (word: number, value: number): void => {
      this.#memory.writeUInt32LE(value, at + 4 * word);
    };
    this.#fill(type.shape, put);
    return at;
  }

  #fill(shape: AvroShape | null, put: (word: number, value: number) => void): void {
    switch (shape?.kind) {
      case undefined:
        put(0, OP_GIVE_UP);
        return;
      case 'primitive':
        put(0, primitiveOps[shape.name] ?? OP_GIVE_UP);
        return;
      case 'logical':
        (logicalOps[String(shape.schema['logicalType'])] ?? [OP_GIVE_UP]).forEach((value, word) => {
          put(word, value);
        });
        return;
      case 'fixed':
        put(0, shape.size > MAX_FIXED_BYTES ? OP_GIVE_UP : OP_FIXED);
        if (shape.size <= MAX_FIXED_BYTES) put(1, shape.size);
        return;
      case 'array':
      case 'map':
        put(0, shape.kind === 'array' ? OP_ARRAY : OP_MAP);
        put(1, this.type(shape.items));
        return;
      case 'union':
        put(0, OP_UNION);
        put(1, shape.branches.length);
        shape.branches.forEach((branch, i) => {
          put(2 + i, this.type(branch));
        });
        return;
      case 'record':
        put(0, shape.names.every(hasUtf8) ? OP_RECORD : OP_GIVE_UP);
        put(1, shape.names.length);
        shape.names.forEach((name, i) => {
          put(2 + 2 * i, this.#key(name));
          put(3 + 2 * i, this.type(shape.types[i] as AvroType));
        });
        return;
      case 'enum':
        put(0, OP_ENUM);
        put(1, shape.symbols.length);
        shape.symbols.forEach((symbol, i) => {
          if (typeof symbol !== 'string' || !hasUtf8(symbol)) return;
          [...this.#text(quoted(symbol)), ...this.#text(symbol)].forEach((value, word) => {
            put(2 + 4 * i + word, value);
          });
        });
    }
  }

  #key(name: string): number {
    let key = this.#keys.get(name);
    if (key !== undefined) return key;
    const nameBytes = Buffer.byteLength(name);
    key = this.#take(KEY_NAME + nameBytes);
    this.#memory.write(name, key + KEY_NAME);
    const [quotedAt, quotedBytes] = this.#text(`${quoted(name)}${this.#colon}`);
    this.#memory.writeUInt32LE(nameBytes, key + KEY_NAME_BYTES);
    this.#memory.writeUInt32LE(quotedAt, key + KEY_QUOTED_AT);
    this.#memory.writeUInt32LE(quotedBytes, key + KEY_QUOTED_BYTES);
    this.#keys.set(name, key);
    return key;
  }

  #text(text: string): [at: number, bytes: number] {
    const bytes = Buffer.byteLength(text);
    const at = this.#take(bytes);
    this.#memory.write(text, at);
    return [at, bytes];
  }

  /** So many bytes of zeros; with what follows they may be read in steps of 16. */
  #take(bytes: number): number {
    const at = this.top;
    this.top += (bytes + 31) & ~15;
    if (this.top > INPUT) throw new Full();
    this.#memory.fill(0, at, this.top);
    return at;
  }
}

/** How many words a type takes; see layout.ts. */
function wordsOf(shape: AvroShape | null): number {
  switch (shape?.kind) {
    case 'record':
      return 2 + 2 * shape.names.length;
    case 'enum':
      return 2 + 4 * shape.symbols.length;
    case 'union':
      return 2 + shape.branches.length;
    default:
      return 3;
  }
}

/** Half of a surrogate pair has no UTF-8. */
function hasUtf8(text: string): boolean {
  return Buffer.from(text).toString() === text;
}
