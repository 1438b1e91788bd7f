import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { AvroContainer } from '../verify/avro-container.ts';
import { unpackZstd } from '../verify/zstd-frames.ts';
import { Cursor } from '../worker/decode/avro/cursor.ts';
import { compileSchema } from '../worker/decode/avro/schema.ts';
import { skip } from '../worker/decode/avro/skip.ts';
import { limits } from '../worker/decode/error.ts';
import { inflateRaw } from '../worker/decode/inflate.ts';
import type { Message } from '../worker/message.ts';
import { containerBlock, containerHead, loadCodec } from '../worker/write/avro-blocks.ts';

/** Of a message that an Avro segment's alert became. */
export const NO_OFFSET = -1;

const CHUNK_BYTES = 1024 * 1024;

/**
 * The alerts of an Avro segment, each a message of its own: a container with this one record, byte for byte. Where the message stood, its key,
 * its headers and its time the segment does not know.
 *
 * @throws Error where it is not whole.
 */
export async function* readAvroSegment(
  path: string,
  topic: string,
  partition: number,
): AsyncGenerator<Message> {
  const none = await loadCodec('none');
  let blocks: { readonly records: number; readonly bytes: Buffer }[] = [];
  const container = new AvroContainer((records, bytes) => blocks.push({ records, bytes }));
  const place = { topic, partition, offset: NO_OFFSET, timestampMs: -1, key: null, headers: [] };
  let records: ((block: Buffer, count: number) => Generator<Buffer<ArrayBuffer>>) | null = null;
  let head = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const problem = container.take(chunk as Buffer);
    if (problem !== null) throw new RangeError(problem);
    for (const { records: count, bytes } of blocks) {
      if (records === null) {
        const schemaText = String(container.metadata.get('avro.schema'));
        records = recordsBy(schemaText);
        head = Buffer.from(containerHead(schemaText, none));
      }
      const block = await unpack(bytes, String(container.metadata.get('avro.codec') ?? 'null'));
      for (const record of records(block, count))
        yield { ...place, value: Buffer.concat([head, containerBlock(1, record, head, none)]) };
    }
    blocks = [];
  }
  const problem = container.end();
  if (problem !== null) throw new RangeError(problem);
}

/**
 * A container that is packed with zstandard, which messages never are, as one without compression; anything else as it is.
 *
 * @throws Error where it is not whole.
 */
export async function withoutZstandard(file: Buffer): Promise<Buffer> {
  const blocks: { readonly records: number; readonly bytes: Buffer }[] = [];
  const container = new AvroContainer((records, bytes) => blocks.push({ records, bytes }));
  const damage = container.take(file);
  const codec = String(container.metadata.get('avro.codec') ?? 'null');
  if (codec !== 'zstandard') return file;
  const problem = damage ?? container.end();
  if (problem !== null) throw new RangeError(problem);
  const none = await loadCodec('none');
  const head = Buffer.from(containerHead(String(container.metadata.get('avro.schema')), none));
  const parts: Uint8Array[] = [head];
  for (const { records, bytes } of blocks)
    parts.push(containerBlock(records, Buffer.from(await unpack(bytes, codec)), head, none));
  return Buffer.concat(parts);
}

function recordsBy(schemaText: string): (block: Buffer, count: number) => Generator<Buffer<ArrayBuffer>> {
  const type = compileSchema(schemaText);
  return function* (block, count) {
    const cursor = new Cursor(block);
    for (let left = count; left > 0; left--) {
      const start = cursor.at;
      skip(type, cursor);
      yield Buffer.from(block.subarray(start, cursor.at));
    }
  };
}

async function unpack(bytes: Buffer, codec: string): Promise<Buffer> {
  switch (codec) {
    case 'null':
      return bytes;
    case 'deflate':
      return inflateRaw(bytes, limits.decompressedBytes);
    case 'zstandard':
      return Buffer.concat(await Readable.from(unpackZstd(Readable.from([bytes]))).toArray());
    default:
      throw new RangeError(`it is compressed with ${codec}, which the client does not write`);
  }
}
