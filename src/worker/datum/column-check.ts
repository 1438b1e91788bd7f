import { Cursor } from '../decode/avro/cursor.ts';
import { decimalInteger } from '../decode/avro/logical.ts';
import type { AvroShape, AvroType } from '../decode/avro/schema.ts';
import { skip } from '../decode/avro/skip.ts';
import { DecodeError, limits } from '../decode/error.ts';

/** Of a value or a null in a column: its repetition and its definition level. */
const LEVEL_BYTES = 2;
/** In front of texts and bytes. */
const LENGTH_BYTES = 4;
/** The longest texts of a UUID, a duration and a time. */
const MAX_TEXT_BYTES = 48;
/** Decimals of more digits are texts. */
const MAX_DECIMAL_DIGITS = 38;
/** A column of decimals has 16 bytes for each. */
const DECIMAL_BYTES = 16;
const WORD_BYTES = 8;
const TWO_64 = 2n ** 64n;

/** How large a value of a type may become in columns. */
interface Growth {
  /** Bytes for each byte of Avro, at the most. */
  readonly ratio: number;
  /** Bytes of a value that takes none in Avro. */
  readonly ofNothing: number;
  /** Whether a value takes a byte at least. */
  readonly takesBytes: boolean;
  readonly columns: number;
}

/**
 * Whether records of a schema can stand in columns. Two things no length tells: a null of one byte is one in each column below it, and an index of one
 * byte stands for a symbol of any length. And a decimal that has more digits than its schema says makes a file that nobody can read, a map that has a key
 * twice one that DuckDB cannot.
 */
export class ColumnCheck {
  readonly #schema: AvroType;
  readonly #growth = new Map<AvroShape | null, Growth>();
  readonly #sureBytes: number;
  /** Whether a record must be looked at, however small it is: it may hold decimals or maps. */
  #mustLook = false;
  #room = 0;

  /** @param schema one that checkColumns has passed. */
  constructor(schema: AvroType) {
    this.#schema = schema;
    const { ratio } = this.#growthOf(schema);
    this.#sureBytes = limits.outputBytes / ratio;
  }

  /** @throws DecodeError TOO_LARGE; BAD_AVRO for a decimal or a map. */
  check(record: Uint8Array): void {
    if (this.#mustLook) this.#look(record);
    else this.checkSize(record);
  }

  /** The same of a record whose decimals are known to fit. @throws DecodeError TOO_LARGE */
  checkSize(record: Uint8Array): void {
    if (record.length > this.#sureBytes) this.#look(record);
  }

  #look(record: Uint8Array): void {
    this.#room = limits.outputBytes;
    this.#visit(this.#schema, new Cursor(Buffer.from(record.buffer, record.byteOffset, record.byteLength)));
  }

  #growthOf({ shape }: AvroType): Growth {
    let growth = this.#growth.get(shape);
    if (growth === undefined) this.#growth.set(shape, (growth = this.#newGrowth(shape)));
    return growth;
  }

  #newGrowth(shape: AvroShape | null): Growth {
    switch (shape?.kind) {
      case 'record':
        return recordGrowth(shape.types.map((type) => this.#growthOf(type)));
      case 'array':
      case 'map': {
        if (shape.kind === 'map') this.#mustLook = true;
        const { ratio, ofNothing, takesBytes, columns } = this.#growthOf(shape.items);
        const bounded = shape.kind === 'map' || takesBytes;
        const keys = shape.kind === 'map' ? LEVEL_BYTES + LENGTH_BYTES : 0;
        return {
          ratio: bounded ? Math.max(columns * LEVEL_BYTES, ratio + ofNothing + keys) : Infinity,
          ofNothing: 0,
          takesBytes: true,
          columns: columns + (shape.kind === 'map' ? 1 : 0),
        };
      }
      case 'union': {
        const branches = shape.branches.map((branch) => this.#growthOf(branch));
        const columns = branches.reduce((sum, branch) => sum + branch.columns, 0);
        const most = Math.max(0, ...branches.map(({ ratio, ofNothing }) => ratio + ofNothing));
        return { ratio: most + columns * LEVEL_BYTES, ofNothing: 0, takesBytes: true, columns };
      }
      case 'fixed': {
        const bytes = LEVEL_BYTES + LENGTH_BYTES + shape.size;
        return leaf(bytes / Math.max(1, shape.size), shape.size > 0);
      }
      case 'primitive':
        return leaf(LEVEL_BYTES + WORD_BYTES, shape.name !== 'null');
      case 'enum':
        return leaf(Math.max(0, ...shape.symbols.map((_, i) => symbolBytes(shape.symbols, i))), true);
      case 'logical': {
        if (shape.schema['logicalType'] !== 'decimal') return leaf(LEVEL_BYTES + MAX_TEXT_BYTES, true);
        if (isNumber(shape.schema)) this.#mustLook = true;
        return leaf(decimalTextBytes(shape.schema, 1), true);
      }
      default:
        return leaf(LEVEL_BYTES, false);
    }
  }

  #visit(type: AvroType, cursor: Cursor): void {
    const { shape } = type;
    switch (shape?.kind) {
      case 'record':
        if (shape.types.length === 0) this.#take(LEVEL_BYTES + LENGTH_BYTES + 2);
        for (const field of shape.types) this.#visit(field, cursor);
        return;
      case 'array':
      case 'map': {
        this.#take(this.#growthOf(type).columns * LEVEL_BYTES);
        const keys = shape.kind === 'map' ? new Set<string>() : null;
        for (let count = cursor.block(); count > 0; count = cursor.block()) {
          for (let i = 0; i < count; i++) {
            if (keys !== null) this.#key(cursor, keys);
            this.#visit(shape.items, cursor);
          }
        }
        return;
      }
      case 'union':
        // All columns below it get a level; those of the branch that is there are counted once more.
        this.#take(this.#growthOf(type).columns * LEVEL_BYTES);
        this.#visit(shape.branches[cursor.count()] as AvroType, cursor);
        return;
      case 'enum':
        this.#take(symbolBytes(shape.symbols, cursor.count()));
        return;
      case 'logical':
        if (shape.schema['logicalType'] === 'decimal') this.#decimal(shape.schema, cursor);
        else {
          skip(type, cursor);
          this.#take(LEVEL_BYTES + MAX_TEXT_BYTES);
        }
        return;
      default: {
        const start = cursor.at;
        skip(type, cursor);
        this.#take(LEVEL_BYTES + Math.max(WORD_BYTES, LENGTH_BYTES + cursor.at - start));
      }
    }
  }

  /** @param keys those before it in its map. */
  #key(cursor: Cursor, keys: Set<string>): void {
    const start = cursor.at;
    const key = cursor.string();
    this.#take(LEVEL_BYTES + LENGTH_BYTES + cursor.at - start);
    if (keys.has(key))
      throw new DecodeError('BAD_AVRO', `A map has the key ${JSON.stringify(key)} twice (byte ${start}).`);
    keys.add(key);
  }

  #decimal(schema: Readonly<Record<string, unknown>>, cursor: Cursor): void {
    const bytes = cursor.fixed(schema['type'] === 'fixed' ? Number(schema['size']) : cursor.count());
    this.#take(isNumber(schema) ? LEVEL_BYTES + DECIMAL_BYTES : decimalTextBytes(schema, bytes.length));
    if (!isNumber(schema) || fits(bytes, schema)) return;
    const { precision } = schema;
    throw new DecodeError(
      'BAD_AVRO',
      `A decimal has more than its ${String(precision)} digits (byte ${cursor.at}).`,
    );
  }

  #take(bytes: number): void {
    this.#room -= bytes;
    if (this.#room >= 0) return;
    throw new DecodeError('TOO_LARGE', `In columns it has more than ${limits.outputBytes} bytes.`);
  }
}

/** Whether a decimal is a 64-bit integer without a sign: Avro has none, so `infer.ts` says it by an attribute. */
export function isUnsigned(schema: Readonly<Record<string, unknown>>): boolean {
  return schema['unsigned'] === true && schema['precision'] === 20 && (schema['scale'] ?? 0) === 0;
}

/** Whether a decimal stands in its column as a number, not as text. */
export function isNumber(schema: Readonly<Record<string, unknown>>): boolean {
  return isUnsigned(schema) || Number(schema['precision']) <= MAX_DECIMAL_DIGITS;
}

function fits(bytes: Buffer, schema: Readonly<Record<string, unknown>>): boolean {
  const value = decimalInteger(bytes);
  if (isUnsigned(schema)) return value >= 0n && value < TWO_64;
  const end = 10n ** BigInt(Number(schema['precision']));
  return value < end && value > -end;
}

function leaf(bytes: number, takesBytes: boolean): Growth {
  return { ratio: takesBytes ? bytes : 0, ofNothing: takesBytes ? 0 : bytes, takesBytes, columns: 1 };
}

function recordGrowth(fields: readonly Growth[]): Growth {
  if (fields.length === 0) return leaf(LEVEL_BYTES + LENGTH_BYTES + 2, false);
  const ofNothing = fields.reduce((sum, field) => sum + field.ofNothing, 0);
  const takesBytes = fields.some((field) => field.takesBytes);
  const ratio = Math.max(...fields.map((field) => field.ratio));
  return {
    ratio: takesBytes ? ratio + ofNothing : 0,
    ofNothing: takesBytes ? 0 : ofNothing,
    takesBytes,
    columns: fields.reduce((sum, field) => sum + field.columns, 0),
  };
}

function symbolBytes(symbols: readonly unknown[], index: number): number {
  return LEVEL_BYTES + LENGTH_BYTES + Buffer.byteLength(String(symbols[index]));
}

/** Three digits a byte at the most, a sign and a point; as many digits as the scale at the least. */
function decimalTextBytes(schema: Readonly<Record<string, unknown>>, bytes: number): number {
  return LEVEL_BYTES + LENGTH_BYTES + 3 + 3 * bytes + Number(schema['scale'] ?? 0) + DECIMAL_BYTES;
}
