import { checker } from './checker.ts';
import { type Datum, type DatumForm, valuesForm } from './form.ts';
import { encodeTape } from './tape.ts';
import { ValueBuilder } from './value.ts';
import { Cursor } from '../decode/avro/cursor.ts';
import { type AvroType, schemaText } from '../decode/avro/schema.ts';
import { type AvroBlock, Decoder, type OpenMessage, type SchemaSource } from '../decode/decode.ts';
import type { FormatOption } from '../decode/detect.ts';
import { DecodeError } from '../decode/error.ts';
import type { Message } from '../message.ts';

/** An alert, and the schema that it came with; null: it came without one. */
export interface FoundDatum extends Datum {
  readonly schema: AvroType | null;
}

/**
 * Messages as alerts for forms with a schema. Avro's records are given out as they are, once they have been read to their end; what
 * comes without a schema becomes a tape of typed values.
 */
export class Data {
  readonly #decoder: Decoder;
  readonly #checkSchema: (schema: AvroType) => void;
  readonly #forms = new WeakMap<AvroType, DatumForm>();

  /** @param checkSchema throws a DecodeError for a schema that the output cannot hold. */
  constructor(format: FormatOption, schemas: SchemaSource, checkSchema: (schema: AvroType) => void) {
    this.#decoder = new Decoder(format, schemas);
    this.#checkSchema = checkSchema;
  }

  /** @throws DecodeError, SchemaNeeded */
  *read(message: Message): Generator<FoundDatum> {
    const open = this.#decoder.open(message);
    const { documents } = open;
    if (documents?.format !== 'avro') {
      yield* readValues(open);
      return;
    }
    const { schema, blocks } = documents;
    const form = this.#formOf(schema);
    for (const block of blocks) {
      for (const bytes of recordsIn(block, schema)) yield { form, schema, bytes };
    }
  }

  #formOf(schema: AvroType): DatumForm {
    let form = this.#forms.get(schema);
    if (form === undefined) {
      const text = schemaText(schema);
      // A schema that cannot be used says so when it is read by.
      if (text === undefined) form = { kind: 'avro', schemaText: '"null"' };
      else {
        this.#checkSchema(schema);
        form = { kind: 'avro', schemaText: text };
      }
      this.#forms.set(schema, form);
    }
    return form;
  }
}

function* recordsIn({ records, bytes }: AvroBlock, schema: AvroType): Generator<Uint8Array> {
  const cursor = new Cursor(bytes);
  for (let left = records; left > 0; left--) {
    const start = cursor.at;
    schema.read(cursor, checker);
    yield bytes.subarray(start, cursor.at);
  }
  if (cursor.left > 0)
    throw new DecodeError('TRAILING_BYTES', `${cursor.left} bytes follow the last record.`);
}

function* readValues(open: OpenMessage): Generator<FoundDatum> {
  for (let record = 0; record < open.records; record++) {
    const values = new ValueBuilder();
    open.tellNext(values);
    const { result } = values;
    if (!(result instanceof Map) && !Array.isArray(result))
      throw new DecodeError('NO_OBJECT', 'The message is a single value; an alert is an object or an array.');
    yield { form: valuesForm, schema: null, bytes: encodeTape(result) };
  }
  open.close();
}
