import type { Message } from '../message.ts';
import { type Container, CONTAINER_MAGIC, openContainer } from './avro/container.ts';
import { Cursor } from './avro/cursor.ts';
import type { AvroType } from './avro/schema.ts';
import { SchemaCache } from './avro/schema-cache.ts';
import { readBson } from './bson.ts';
import { detectFormat, type Format, hopFormat, type FormatOption, isGzip } from './detect.ts';
import { DecodeError, SchemaNeeded } from './error.ts';
import { inflateGzip, inflateZlib } from './inflate.ts';
import { readJson } from './json.ts';
import { utf8 } from './utf8.ts';
import type { AlertVisitor } from './visitor.ts';

const FRAME_BYTES = 5;

/** Schemas by the id that a Confluent-framed message names. */
export interface SchemaSource {
  /** undefined: not known yet; null: there is none with this id. */
  get(schemaId: number): AvroType | null | undefined;
}

/** A message's records as bytes that need no more unpacking: one BSON document, or Avro's blocks of records. */
export type Documents =
  | { readonly format: 'bson'; readonly bytes: Buffer }
  | { readonly format: 'avro'; readonly schema: AvroType; readonly blocks: readonly AvroBlock[] };

/** Some records of Avro, one behind the other. */
export interface AvroBlock {
  readonly records: number;
  readonly bytes: Buffer;
}

/** A message, opened: its format, and each record ready to be told. */
export interface OpenMessage {
  readonly format: Format;
  readonly records: number;
  /** The same as plain bytes, for whoever reads them by other means; null: it has no such form. */
  readonly documents: Documents | null;
  /** Tells the next record. Call it `records` times, then {@link close}. @throws DecodeError */
  tellNext(visitor: AlertVisitor): void;
  /** Checks that nothing is left. @throws DecodeError */
  close(): void;
  /** The same message from its first record on. */
  again(): OpenMessage;
}

/** Opens messages of one format, or of whatever their first bytes say. */
export class Decoder {
  readonly #format: FormatOption;
  readonly #schemas: SchemaSource;
  readonly #cache = new SchemaCache();

  constructor(format: FormatOption, schemas: SchemaSource) {
    this.#format = format;
    this.#schemas = schemas;
  }

  /** @throws DecodeError, SchemaNeeded */
  open(message: Message): OpenMessage {
    const raw = message.value;
    if (raw.byteLength === 0) throw new DecodeError('EMPTY', 'The message has no bytes.');
    let value = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    if (isGzip(value)) value = inflateGzip(value);
    const option = this.#format;
    const guess = option === 'auto' ? detectFormat : option === 'hop' ? hopFormat : (): Format => option;
    const format = guess(value, message);
    switch (format) {
      case 'antares': {
        const document = inflateZlib(value);
        return oneRecord(
          format,
          (visitor) => {
            readBson(document, visitor);
          },
          { format: 'bson', bytes: document },
        );
      }
      case 'avro':
        return this.#container(value);
      case 'confluent':
        return this.#confluent(value);
      case 'fink':
        return this.#fink(value, message);
      case 'json':
        return oneRecord(format, (visitor) => {
          readJson(value, visitor);
        });
      case 'text':
        return oneRecord(format, (visitor) => {
          tellText(value, visitor);
        });
    }
  }

  #container(value: Buffer): OpenMessage {
    if (value.toString('latin1', 0, 4) !== CONTAINER_MAGIC)
      throw new DecodeError('BAD_AVRO', 'It is not an Avro container.');
    return tellContainer(openContainer(value, this.#cache));
  }

  #confluent(value: Buffer): OpenMessage {
    if (value[0] !== 0 || value.length < FRAME_BYTES) {
      throw new DecodeError('BAD_AVRO', 'The Confluent frame (0 and a schema id) is missing.');
    }
    const schemaId = value.readUInt32BE(1);
    const schema = this.#schemas.get(schemaId);
    if (schema === undefined) throw new SchemaNeeded(schemaId);
    if (schema === null)
      throw new DecodeError(
        'UNKNOWN_SCHEMA',
        `No schema registry or folder that was given knows schema ${schemaId}.`,
      );
    return datum('confluent', schema, value, FRAME_BYTES);
  }

  #fink(value: Buffer, { key }: Message): OpenMessage {
    if (key === null)
      throw new DecodeError('BAD_SCHEMA', 'The message has no key, where Fink puts the schema.');
    const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
    const known = this.#cache.last(bytes);
    if (known !== undefined) return datum('fink', known, value, 0);
    const text = utf8(bytes, 0, bytes.length);
    if (text === null)
      throw new DecodeError('BAD_SCHEMA', 'The key, where Fink puts the schema, is not UTF-8.');
    return datum('fink', this.#cache.get(text), value, 0);
  }
}

function tellContainer(container: Container): OpenMessage {
  const { schema, blocks, records } = container;
  let at = 0;
  let left = 0;
  let cursor: Cursor | null = null;
  /** Leaves blocks that are read to their end, and stands in the next one. */
  const toNextRecord = (): void => {
    while (left === 0) {
      if (cursor !== null) checkEnd(cursor);
      const block = blocks[at++];
      cursor = block === undefined ? null : new Cursor(block.bytes);
      if (block === undefined) return;
      left = block.records;
    }
  };
  return {
    format: 'avro',
    records,
    documents: { format: 'avro', schema, blocks },
    tellNext: (visitor) => {
      toNextRecord();
      if (cursor === null) throw new DecodeError('BAD_AVRO', 'The Avro container has no more records.');
      left -= 1;
      schema.read(cursor, visitor);
    },
    close: toNextRecord,
    again: () => tellContainer(container),
  };
}

function datum(format: Format, schema: AvroType, value: Buffer, start: number): OpenMessage {
  return oneRecord(
    format,
    (visitor) => {
      const cursor = new Cursor(value, start);
      schema.read(cursor, visitor);
      checkEnd(cursor);
    },
    { format: 'avro', schema, blocks: [{ records: 1, bytes: value.subarray(start) }] },
  );
}

function oneRecord(
  format: Format,
  tellNext: (visitor: AlertVisitor) => void,
  documents: Documents | null = null,
): OpenMessage {
  const open: OpenMessage = {
    format,
    records: 1,
    documents,
    tellNext,
    close: () => undefined,
    // It is told from its beginning each time.
    again: () => open,
  };
  return open;
}

function checkEnd(cursor: Cursor): void {
  if (cursor.left > 0)
    throw new DecodeError('TRAILING_BYTES', `${cursor.left} bytes follow the last record.`);
}

function tellText(value: Buffer, visitor: AlertVisitor): void {
  const text = utf8(value, 0, value.length);
  if (text === null) throw new DecodeError('BAD_TEXT', 'The text is not UTF-8.');
  visitor.beginObject(true);
  if (visitor.key('text')) visitor.string(text);
  visitor.endObject();
}
