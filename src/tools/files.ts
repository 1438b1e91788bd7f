import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ClientError } from '../errors.ts';
import { readLetter } from '../redo/letter.ts';
import { LineSplitter } from '../verify/lines.ts';
import { unpackerFor } from '../verify/unpacker.ts';
import type { Message } from '../worker/message.ts';
import { RAW_MAGIC } from '../worker/write/raw-frame.ts';
import { withoutZstandard } from './avro-segment.ts';
import { readRawSegment } from './raw-segment.ts';

const PARQUET_MAGIC = Buffer.from('PAR1');

/** A message of a file. */
export interface FiledMessage {
  readonly message: Message;
  /** It is a line of JSON, whatever the format of the messages was. */
  readonly isJson: boolean;
}

/**
 * The messages in a file: those of a raw segment, the lines of an NDJSON segment, or the one that the file is; a dead letter's with its
 * key and headers.
 *
 * @throws ClientError USAGE where there is no such file; Error where it is not whole.
 */
export async function* messagesIn(path: string): AsyncGenerator<FiledMessage> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true)
    throw new ClientError('USAGE', `${path} is a folder: name the files in it, such as ${path}/*.`);
  if (found?.isFile() !== true) throw new ClientError('USAGE', `There is no file ${path}.`);
  if (beginsWith(path, PARQUET_MAGIC))
    throw new TypeError('it is a Parquet file, which PyArrow and DuckDB read');
  if (beginsWith(path, RAW_MAGIC)) {
    for await (const message of readRawSegment(path, basename(path), 0)) {
      if (message.tombstone !== true) yield { message, isJson: false };
    }
  } else if (/\.ndjson(\.gz|\.zst)?$/.test(path)) {
    yield* linesOf(path);
  } else {
    yield { message: await wholeFile(path), isJson: false };
  }
}

function beginsWith(path: string, magic: Uint8Array): boolean {
  const start = Buffer.alloc(magic.length);
  const file = openSync(path, 'r');
  try {
    return readSync(file, start) === start.length && start.equals(magic);
  } finally {
    closeSync(file);
  }
}

async function wholeFile(path: string): Promise<Message> {
  if (path.endsWith('.bin') && existsSync(path.replace(/\.bin$/, '.json')))
    return readLetter(dirname(path), { folder: '', base: basename(path, '.bin') }).message;
  return plainMessage(path, await withoutZstandard(readFileSync(path)));
}

function plainMessage(path: string, value: Buffer): Message {
  return { topic: basename(path), partition: 0, offset: 0, timestampMs: -1, key: null, headers: [], value };
}

async function* linesOf(path: string): AsyncGenerator<FiledMessage> {
  let lines: Buffer[] = [];
  const splitter = new LineSplitter((line) => lines.push(Buffer.from(line)));
  const chunks = unpacked(path);
  for await (const chunk of chunks) {
    splitter.take(chunk);
    for (const line of lines) yield { message: plainMessage(path, line), isJson: true };
    lines = [];
  }
  if (splitter.rest().length > 0) throw new RangeError('its last line has no end');
}

function unpacked(path: string): AsyncIterable<Buffer> {
  const file = createReadStream(path);
  const unpack = unpackerFor(path);
  if (unpack === null) return file;
  return typeof unpack === 'function' ? unpack(file) : through(file, unpack);
}

/** What fails on the way ends the reading of it with its error. */
function through(file: Readable, unpack: Duplex): Duplex {
  pipeline(file, unpack).catch(() => undefined);
  return unpack;
}
