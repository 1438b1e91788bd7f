import { DecodeError, limits } from '../error.ts';
import { inflateRaw } from '../inflate.ts';
import { Cursor } from './cursor.ts';
import type { AvroType } from './schema.ts';
import type { SchemaCache } from './schema-cache.ts';

/** What every container begins with. */
export const CONTAINER_MAGIC = 'Obj\x01';
const MAGIC_BYTES = 4;
const SYNC_BYTES = 16;

/** A container's records: how many, and how to read them in order. */
export interface Container {
  readonly schema: AvroType;
  readonly blocks: readonly { readonly records: number; readonly bytes: Buffer }[];
  readonly records: number;
}

/**
 * Opens an Avro object container (specification 1.11, "Object Container Files"): ZTF sends one with one record a message, the format
 * allows many. All blocks are found and their sync markers checked before any record is read.
 *
 * @throws DecodeError
 */
export function openContainer(bytes: Buffer, schemas: SchemaCache): Container {
  const cursor = new Cursor(bytes, MAGIC_BYTES);
  const { schema: named, codec } = readHeader(cursor, schemas);
  const sync = cursor.fixed(SYNC_BYTES);
  const schema = typeof named === 'string' ? schemas.get(named) : named;
  const blocks: { records: number; bytes: Buffer }[] = [];
  let records = 0;
  let bytesLeft = limits.decompressedBytes;
  while (cursor.left > 0) {
    const count = cursor.count();
    if (count < 0)
      throw new DecodeError('BAD_AVRO', `A block of ${count} records is announced at byte ${cursor.at}.`);
    const data = cursor.fixed(cursor.count());
    if (sync.compare(cursor.fixed(SYNC_BYTES)) !== 0) {
      throw new DecodeError('BAD_AVRO', `The sync marker before byte ${cursor.at} is not the container's.`);
    }
    const block = codec === 'deflate' ? inflateRaw(data, bytesLeft) : data;
    bytesLeft -= block.length;
    // A record without a byte is no alert, and their number would be bounded by nothing.
    if (count > block.length) {
      throw new DecodeError('BAD_AVRO', `A block of ${block.length} bytes announces ${count} records.`);
    }
    blocks.push({ records: count, bytes: block });
    records += count;
    if (records > limits.records || blocks.length > limits.records) {
      throw new DecodeError('TOO_LARGE', `The container has more than ${limits.records} records or blocks.`);
    }
  }
  return { schema, blocks, records };
}

/** How many records a container says that it has, by the number in front of each block; null: it is damaged, or none. */
export function recordsAnnounced(bytes: Buffer): number | null {
  if (bytes.toString('latin1', 0, MAGIC_BYTES) !== CONTAINER_MAGIC) return null;
  const cursor = new Cursor(bytes, MAGIC_BYTES);
  let records = 0;
  try {
    for (let pairs = cursor.block(); pairs > 0; pairs = cursor.block())
      for (let i = 0; i < 2 * pairs; i++) cursor.take(cursor.count());
    cursor.take(SYNC_BYTES);
    while (cursor.left > 0) {
      records += Math.max(0, cursor.count());
      cursor.take(cursor.count());
      cursor.take(SYNC_BYTES);
    }
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
  return records;
}

function readHeader(
  cursor: Cursor,
  schemas: SchemaCache,
): { schema: AvroType | string; codec: 'null' | 'deflate' } {
  let schema: AvroType | string | undefined;
  let codec = 'null';
  for (let count = cursor.block(); count > 0; count = cursor.block()) {
    for (let i = 0; i < count; i++) {
      const key = cursor.string();
      if (key === 'avro.schema') schema = readSchema(cursor, schemas);
      else if (key === 'avro.codec') codec = cursor.string();
      else cursor.fixed(cursor.count());
    }
  }
  if (schema === undefined) throw new DecodeError('BAD_AVRO', 'The Avro container has no schema.');
  if (codec !== 'null' && codec !== 'deflate') {
    throw new DecodeError(
      'UNSUPPORTED_CODEC',
      `The Avro container is compressed with ${JSON.stringify(codec)}; null and deflate can be read.`,
    );
  }
  return { schema, codec };
}

/** The schema if it is the last one again, otherwise its text. */
function readSchema(cursor: Cursor, schemas: SchemaCache): AvroType | string {
  const start = cursor.at;
  const known = schemas.last(cursor.fixed(cursor.count()));
  if (known !== undefined) return known;
  cursor.at = start;
  return cursor.string();
}
