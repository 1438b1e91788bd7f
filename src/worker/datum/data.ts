import { checker } from './checker.ts';
import { type Datum, type DatumForm, valuesForm } from './form.ts';
import { TapeWriter } from './tape-writer.ts';
import { Cursor } from '../decode/avro/cursor.ts';
import { type AvroType, compileSchema, schemaText } from '../decode/avro/schema.ts';
import { type AvroBlock, Decoder, type OpenMessage, type SchemaSource } from '../decode/decode.ts';
import type { FormatOption } from '../decode/detect.ts';
import { DecodeError } from '../decode/error.ts';
import type { FieldNode } from '../encode/field-capture.ts';
import type { Message } from '../message.ts';
import { keptFields, Reduced, type Reduction, type TakeStamp } from '../select/reduced.ts';
import type { Stamp, StampFiles } from '../select/stamps.ts';
import { RecordReducer } from './reduce-record.ts';
import { reduceSchema } from './reduced-schema.ts';

/** What Data is made of. */
export interface DataOptions {
  readonly format: FormatOption;
  readonly schemas: SchemaSource;
  /** What is left of each alert; null: everything. */
  readonly reduction: Reduction | null;
  /** Makes the files that an alert's stamps are taken into; null: they stay where they are. */
  readonly stampFiles: ((message: Message, place: RecordPlace) => StampFiles) | null;
  /** What an output asks of records of a schema; null: nothing. Throws a DecodeError for a schema that it cannot hold. */
  readonly checkOf: (schema: AvroType) => CheckRecord | null;
}

/** Throws a DecodeError for a record that the output cannot hold. */
export type CheckRecord = (record: Uint8Array) => void;

/** Which alert of a message it is. */
interface RecordPlace {
  readonly record: number;
  readonly records: number;
}

/** How alerts of a schema are given out. */
interface Way {
  readonly form: DatumForm;
  /** Of what is left of them. */
  readonly schema: AvroType;
  readonly check: CheckRecord | null;
}

/** An alert, and the schema that it came with; null: it came without one. */
export interface FoundDatum extends Datum {
  readonly schema: AvroType | null;
  /** What of it is saved must pass. */
  readonly check: CheckRecord | null;
  /** Images that were taken out of it. */
  readonly stamps: readonly Stamp[];
}

const NO_STAMPS: readonly Stamp[] = [];

/**
 * Messages as alerts for forms with a schema. Avro's records are given out as they are, once they have been read to their end, or less of
 * them by a schema of its own; what comes without a schema becomes a tape of typed values.
 */
export class Data {
  readonly #decoder: Decoder;
  readonly #checkOf: DataOptions['checkOf'];
  readonly #ways = new WeakMap<AvroType, Way>();
  readonly #tape = new TapeWriter();
  readonly #kept: FieldNode;
  readonly #dropStamps: boolean;
  readonly #stampFiles: DataOptions['stampFiles'];
  /** Null: everything is kept. */
  readonly #reducer: RecordReducer | null;

  constructor({ format, schemas, reduction, stampFiles, checkOf }: DataOptions) {
    this.#decoder = new Decoder(format, schemas);
    this.#checkOf = checkOf;
    this.#kept = keptFields(reduction?.fields ?? null);
    this.#dropStamps = reduction?.dropStamps ?? false;
    this.#stampFiles = stampFiles;
    this.#reducer =
      reduction === null && stampFiles === null ? null : new RecordReducer(this.#kept, this.#dropStamps);
  }

  /** @throws DecodeError, SchemaNeeded */
  *read(message: Message): Generator<FoundDatum> {
    const open = this.#decoder.open(message);
    const { documents } = open;
    if (documents?.format !== 'avro') {
      yield* this.#readValue(open, message);
      return;
    }
    const { schema, blocks } = documents;
    const way = this.#wayOf(schema);
    let record = 0;
    for (const block of blocks) {
      const stampFiles = (): StampFiles | null =>
        this.#stampFiles?.(message, { record: record++, records: open.records }) ?? null;
      for (const found of this.#recordsIn(block, schema, stampFiles)) yield { ...way, ...found };
    }
  }

  #wayOf(schema: AvroType): Way {
    let way = this.#ways.get(schema);
    if (way === undefined) this.#ways.set(schema, (way = this.#newWay(schema)));
    return way;
  }

  #newWay(schema: AvroType): Way {
    const whole = schemaText(schema);
    // A schema that cannot be used says so when it is read by.
    if (whole === undefined) return { form: { kind: 'avro', schemaText: '"null"' }, schema, check: null };
    const isWhole = this.#reducer === null;
    const stamps = this.#dropStamps ? 'drop' : this.#stampFiles === null ? 'keep' : 'extract';
    const text = isWhole ? whole : reduceSchema(whole, this.#kept, stamps);
    const left = isWhole ? schema : compileSchema(text);
    return { form: { kind: 'avro', schemaText: text }, schema: left, check: this.#checkOf(left) };
  }

  /** @param stampFiles asked once a record. */
  *#recordsIn(
    { records, bytes }: AvroBlock,
    schema: AvroType,
    stampFiles: () => StampFiles | null,
  ): Generator<Pick<FoundDatum, 'bytes' | 'stamps'>> {
    const cursor = new Cursor(bytes);
    for (let left = records; left > 0; left--) {
      if (this.#reducer !== null) {
        const files = stampFiles();
        const reduced = this.#reducer.reduce(schema, cursor, takeInto(files));
        yield { bytes: reduced, stamps: files?.files ?? NO_STAMPS };
        continue;
      }
      const start = cursor.at;
      schema.read(cursor, checker);
      yield { bytes: bytes.subarray(start, cursor.at), stamps: NO_STAMPS };
    }
    if (cursor.left > 0)
      throw new DecodeError('TRAILING_BYTES', `${cursor.left} bytes follow the last record.`);
  }

  /** What is not Avro comes alone in its message. */
  *#readValue(open: OpenMessage, message: Message): Generator<FoundDatum> {
    let stamps = NO_STAMPS;
    const bytes = this.#tape.write((visitor) => {
      const files = this.#stampFiles?.(message, { record: 0, records: 1 }) ?? null;
      const isWhole = this.#reducer === null;
      open.tellNext(isWhole ? visitor : new Reduced(visitor, this.#kept, this.#dropStamps, takeInto(files)));
      stamps = files?.files ?? NO_STAMPS;
    });
    if (!this.#tape.isContainer)
      throw new DecodeError('NO_OBJECT', 'The message is a single value; an alert is an object or an array.');
    open.close();
    yield { form: valuesForm, schema: null, check: null, bytes, stamps };
  }
}

function takeInto(files: StampFiles | null): TakeStamp | null {
  return files === null ? null : (field, bytes) => files.take(field, bytes);
}
