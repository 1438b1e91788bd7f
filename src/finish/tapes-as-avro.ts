import { encodeLogical } from '../worker/datum/encode-logical.ts';
import { putInt, putLongHalves, putText } from '../worker/datum/encode.ts';
import { jsonText } from '../worker/datum/json-text.ts';
import { TapeCursor, tapeType } from '../worker/datum/tape.ts';
import { type AvroType, compileSchema, type SchemaJson } from '../worker/decode/avro/schema.ts';
import { Growing } from '../worker/write/segment-encoder.ts';
import { ONLY_COLUMN, WHOLE_ALERTS } from './infer.ts';
import { TapeKeys } from './tape-keys.ts';

const NO_PLACE = -1;

/** Writes the value under a cursor. */
type Write = (cursor: TapeCursor) => void;

/** A field of an object: how its value is written, and where the object at hand has it. */
interface Field {
  readonly write: Write;
  /** Whether it is null in all alerts, and takes no bytes. */
  readonly isNull: boolean;
  place: number;
}

/**
 * Tapes as Avro, by a schema that was inferred from them, so everything fits. Bytes become bytes: only what is text because it has nothing in
 * common is made an object on the way.
 */
export class TapesAsAvro {
  readonly type: AvroType;
  readonly #out = new Growing();
  readonly #cursor = new TapeCursor();
  readonly #write: Write;
  /** Of alerts that are arrays. */
  readonly #writeOnly: Write;

  constructor(schema: SchemaJson) {
    this.type = compileSchema(JSON.stringify(schema));
    const { shape } = this.type;
    if (shape?.kind !== 'record') throw new TypeError('alerts are records');
    const fields = this.#fieldsOf(shape.names, shape.types);
    this.#writeOnly = this.#recordOfOnly(fields);
    this.#write = schema === WHOLE_ALERTS ? this.#writeOnly : this.#record(fields);
  }

  /** Valid until the next. */
  encode(tape: Uint8Array): Uint8Array {
    this.#cursor.begin(tape);
    this.#out.length = 0;
    if (this.#cursor.type === tapeType.OBJECT) this.#write(this.#cursor);
    else this.#writeOnly(this.#cursor);
    return this.#out.written;
  }

  #fieldsOf(names: readonly string[], types: readonly AvroType[]): TapeKeys<Field> {
    const fields = new TapeKeys<Field>();
    names.forEach((name, i) => {
      const type = types[i] as AvroType;
      const isNull = type.shape?.kind !== 'union';
      fields.add(name, { write: this.#nullable(type), isNull, place: NO_PLACE });
    });
    return fields;
  }

  /** Fields stand in the schema's order, and are in any order on the tape; the last one of a name holds. */
  #record(keys: TapeKeys<Field>): Write {
    const fields = keys.map((_, field) => field);
    return (cursor) => {
      for (const field of fields) field.place = NO_PLACE;
      keys.rewind();
      for (let left = cursor.enter(); left > 0; left--) {
        const field = keys.next(cursor);
        if (field === undefined) throw new TypeError('the schema was not inferred from this alert');
        field.place = cursor.at;
        cursor.skip();
      }
      const end = cursor.at;
      for (const field of fields) {
        if (field.place === NO_PLACE) this.#missing(field);
        else {
          cursor.at = field.place;
          field.write(cursor);
        }
      }
      cursor.at = end;
    };
  }

  #recordOfOnly(keys: TapeKeys<Field>): Write {
    const all = keys.map((name, field) => ({ name, field }));
    return (cursor) => {
      for (const { name, field } of all) {
        if (name === ONLY_COLUMN) field.write(cursor);
        else this.#missing(field);
      }
    };
  }

  #missing({ isNull }: Field): void {
    if (!isNull) this.#out.putByte(0);
  }

  /** Everything may be null: `null` is the first branch of each union. */
  #nullable({ shape }: AvroType): Write {
    const [, type] = shape?.kind === 'union' ? shape.branches : [];
    if (type === undefined) {
      // Always null, which takes no bytes.
      return (cursor) => {
        cursor.skip();
      };
    }
    const write = this.#writeOf(type);
    return (cursor) => {
      if (cursor.type === tapeType.NULL) {
        cursor.skip();
        this.#out.putByte(0);
        return;
      }
      this.#out.putByte(2);
      write(cursor);
    };
  }

  #writeOf({ shape }: AvroType): Write {
    const out = this.#out;
    switch (shape?.kind) {
      case 'record':
        return this.#record(this.#fieldsOf(shape.names, shape.types));
      case 'array':
        return this.#array(this.#nullable(shape.items));
      case 'logical':
        return (cursor) => {
          const bytes = encodeLogical(shape.schema, cursor.value()) as Uint8Array;
          putInt(out, bytes.length);
          out.append(bytes);
        };
      case 'primitive':
        return this.#primitive(shape.name);
      default:
        throw new TypeError('no schema is inferred with such a type');
    }
  }

  #array(write: Write): Write {
    return (cursor) => {
      const items = cursor.enter();
      if (items > 0) putInt(this.#out, items);
      for (let left = items; left > 0; left--) write(cursor);
      this.#out.putByte(0);
    };
  }

  #primitive(name: string): Write {
    const out = this.#out;
    switch (name) {
      case 'boolean':
        return (cursor) => {
          out.putByte(cursor.type === tapeType.TRUE ? 1 : 0);
          cursor.skip();
        };
      case 'long':
        return (cursor) => {
          putLongHalves(out, cursor.low, cursor.high);
          cursor.skip();
        };
      case 'double':
        return (cursor) => {
          // An integer here is one that a double holds.
          out.putFloat64(cursor.number);
          cursor.skip();
        };
      case 'bytes':
        return (cursor) => {
          putStretch(out, cursor);
        };
      case 'string':
        return (cursor) => {
          if (cursor.type === tapeType.STRING) putStretch(out, cursor);
          else putText(out, jsonText(cursor.value()));
        };
      default:
        throw new TypeError(`no schema is inferred with ${name}`);
    }
  }
}

/** A text or bytes, with its length. */
function putStretch(out: Growing, cursor: TapeCursor): void {
  cursor.at += 1;
  const length = cursor.uint32();
  putInt(out, length);
  out.append(cursor.bytes.subarray(cursor.at, cursor.at + length));
  cursor.at += length;
}
