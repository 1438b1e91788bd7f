import type { AvroShape, AvroType } from '../decode/avro/schema.ts';
import type { FieldNode } from '../encode/field-capture.ts';
import { quoted } from '../encode/json-string.ts';
import { ALL, isKeptWhole, keptField } from '../select/reduced.ts';
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
/** In the place of a field's key. */
const LEFT_OUT = 0;

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

/** What is read of records. */
export interface PartOfRecords {
  readonly keep: FieldNode;
  /** Whether the stamps at the top are left out. */
  readonly dropStamps: boolean;
}

/** Where the programs of one schema stand. */
export interface Programs {
  readonly record: number;
  /** Of the fields that name a record, where they are left out of it; null: they are in it, or the schema has none. */
  readonly naming: number | null;
}

/**
 * The programs of Avro schemas in the memory. A program is the schema's types, each an operation with its operands, which point to
 * other types and to keys with their quoted forms ready; layout.ts lists them. They are written once a schema.
 */
export class AvroPrograms {
  readonly #memory: WebAssembly.Memory;
  readonly #colon: string;
  readonly #part: PartOfRecords;
  readonly #captured: FieldNode;
  #known = new WeakMap<AvroType, Programs | null>();
  #top: number = PROGRAMS;

  /**
   * @param part what is left of each record.
   * @param captured the fields that name it.
   */
  constructor(memory: WebAssembly.Memory, indent: number, part: PartOfRecords, captured: FieldNode) {
    this.#memory = memory;
    this.#colon = indent > 0 ? ': ' : ':';
    this.#part = part;
    this.#captured = captured;
  }

  /** @returns null: they are too large, or the schema cannot be used. */
  get(schema: AvroType): Programs | null {
    let programs = this.#known.get(schema);
    if (programs !== undefined) return programs;
    programs = this.#write(schema);
    if (programs === null && this.#top > PROGRAMS) {
      // Full of others: they begin anew too.
      this.#known = new WeakMap();
      this.#top = PROGRAMS;
      programs = this.#write(schema);
    }
    this.#known.set(schema, programs);
    return programs;
  }

  #write(schema: AvroType): Programs | null {
    const writer = new ProgramWriter(Buffer.from(this.#memory.buffer), this.#top, this.#colon);
    try {
      const { keep, dropStamps } = this.#part;
      const record = writer.type(schema, keep, dropStamps);
      const isNamedFirst = leavesOut(schema, this.#part, this.#captured);
      const naming = isNamedFirst ? writer.type(schema, this.#captured, false) : null;
      this.#top = writer.top;
      return { record, naming };
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
  /** By what is kept of them; those whose stamps are left out apart. */
  readonly #types = new Map<AvroType, Map<FieldNode, number>>();
  readonly #withoutStamps = new Map<AvroType, Map<FieldNode, number>>();
  readonly #keys = new Map<string, number>();

  constructor(memory: Buffer, top: number, colon: string) {
    this.#memory = memory;
    this.top = top;
    this.#colon = colon;
  }

  /** The place of a type. It is known before its parts are written, for they may speak of it. */
  type(type: AvroType, keep: FieldNode, dropStamps: boolean): number {
    const written = dropStamps ? this.#withoutStamps : this.#types;
    let places = written.get(type);
    if (places === undefined) written.set(type, (places = new Map<FieldNode, number>()));
    const { shape } = type;
    const part = { keep: hasParts(shape) ? keep : ALL, dropStamps };
    const known = places.get(part.keep);
    if (known !== undefined) return known;
    const words = wordsOf(shape);
    const at = this.#take(4 * words);
    places.set(part.keep, at);
    const put = (word: number, value: number): void => {
      this.#memory.writeUInt32LE(value, at + 4 * word);
    };
    this.#fill(shape, put, part);
    return at;
  }

  #fill(
    shape: AvroShape | null,
    put: (word: number, value: number) => void,
    { keep, dropStamps }: PartOfRecords,
  ): void {
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
        put(0, OP_ARRAY);
        put(1, this.type(shape.items, keep, false));
        return;
      case 'map':
        // Which of its keys are kept would have to be asked of each.
        put(0, isKeptWhole(keep) ? OP_MAP : OP_GIVE_UP);
        put(1, this.type(shape.items, ALL, false));
        return;
      case 'union':
        put(0, OP_UNION);
        put(1, shape.branches.length);
        shape.branches.forEach((branch, i) => {
          put(2 + i, this.type(branch, keep, dropStamps));
        });
        return;
      case 'record':
        put(0, shape.names.every(hasUtf8) ? OP_RECORD : OP_GIVE_UP);
        put(1, shape.names.length);
        shape.names.forEach((name, i) => {
          const child = keptField(keep, name, dropStamps);
          put(2 + 2 * i, child === undefined ? LEFT_OUT : this.#key(name));
          put(3 + 2 * i, this.type(shape.types[i] as AvroType, child ?? ALL, false));
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

/** Whether one of these fields is in the records of a type, and not in what is left of them. */
function leavesOut(
  { shape }: AvroType,
  { keep, dropStamps }: PartOfRecords,
  { children }: FieldNode,
): boolean {
  if (children.size === 0 || (isKeptWhole(keep) && !dropStamps)) return false;
  switch (shape?.kind) {
    case 'record':
      return Array.from(children).some(([name, below]) => {
        const type = shape.types[shape.names.indexOf(name)];
        if (type === undefined) return false;
        const kept = keptField(keep, name, dropStamps);
        return kept === undefined || leavesOut(type, { keep: kept, dropStamps: false }, below);
      });
    case 'union':
      return shape.branches.some((branch) => leavesOut(branch, { keep, dropStamps }, { place: 0, children }));
    default:
      return shape?.kind === 'map';
  }
}

/** Whether less can be kept of a type than all. */
function hasParts(shape: AvroShape | null): boolean {
  return shape !== null && ['record', 'array', 'map', 'union'].includes(shape.kind);
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
