import type { MessagePort } from 'node:worker_threads';
import type { SegmentChunk, WorkerSettings } from '../../pool/messages.ts';
import { escapeClientNames } from '../name/escape.ts';
import type { OutputFolder } from './folder.ts';
import { AvroBlocks, avroHeads, loadCodec } from './avro-blocks.ts';
import { ChunkMemory } from './chunk-memory.ts';
import { JsonFiles } from './json-files.ts';
import { loadCompression } from './compress.ts';
import { looseHeads, LooseRecords } from './loose-records.ts';
import { Ndjson } from './ndjson.ts';
import { RawFrames } from './raw.ts';
import type { SegmentEncoder } from './segment-encoder.ts';
import { Segments } from './segments.ts';
import type { Sink } from './sink.ts';

const PIPE_CHUNK_BYTES = 64_000;
/** One of the many parts that a chunk has where alerts go into files by their paths. */
const PART_BYTES = 64_000;

/** The sink for what `--output` says. @param send hands a chunk of a segment to the main thread. @param returns where their memory comes back. */
export async function createSink(
  form: WorkerSettings['form'],
  { sync }: NonNullable<WorkerSettings['output']>,
  folder: OutputFolder,
  send: (batchId: number, chunk: SegmentChunk) => void,
  returns: MessagePort,
): Promise<Sink> {
  if (form.kind === 'json') return new JsonFiles(folder, sync);
  const { chunkBytes } = form;
  const byPath = 'byPath' in form && form.byPath;
  const memory = new ChunkMemory(returns, byPath ? PART_BYTES : roomFor(chunkBytes));
  const segments = (newEncoder: () => SegmentEncoder): Sink =>
    new Segments(newEncoder, byPath ? layoutFolder : () => '', chunkBytes, folder, sync !== 'none', send);
  switch (form.kind) {
    case 'ndjson': {
      const compress = await loadCompression(form.compression);
      return segments(() => new Ndjson(compress, memory));
    }
    case 'raw':
      return segments(() => new RawFrames(memory));
    case 'avro': {
      const codec = await loadCodec(form.compression);
      const headOf = avroHeads(codec);
      return segments(() => new AvroBlocks(codec, headOf, memory));
    }
    case 'parquet': {
      const headOf = looseHeads();
      return segments(() => new LooseRecords(headOf, memory));
    }
  }
}

/** Lines for standard output: small chunks, so that whoever reads them need not wait. */
export function createPipeSink(
  send: (batchId: number, chunk: SegmentChunk) => void,
  returns: MessagePort,
): Sink {
  const memory = new ChunkMemory(returns, roomFor(PIPE_CHUNK_BYTES));
  return new Segments(
    () => new Ndjson((bytes) => bytes, memory),
    () => '',
    PIPE_CHUNK_BYTES,
    null,
    false,
    send,
  );
}

/** A chunk ends behind the alert with which it is full. */
function roomFor(chunkBytes: number): number {
  return Math.ceil(1.25 * chunkBytes);
}

/** The folder that a path is in. Between records and temporaries a folder must not have a name like theirs. */
function layoutFolder(path: string): string {
  return escapeClientNames(path.slice(0, path.lastIndexOf('/')));
}
