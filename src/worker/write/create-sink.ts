import type { SegmentChunk, WorkerSettings } from '../../pool/messages.ts';
import { escapeClientNames } from '../name/escape.ts';
import type { OutputFolder } from './folder.ts';
import { AvroBlocks, avroHeads, loadCodec } from './avro-blocks.ts';
import { JsonFiles } from './json-files.ts';
import { loadCompression } from './compress.ts';
import { looseHeads, LooseRecords } from './loose-records.ts';
import { Ndjson } from './ndjson.ts';
import { RawFrames } from './raw.ts';
import type { SegmentEncoder } from './segment-encoder.ts';
import { Segments } from './segments.ts';
import type { Sink } from './sink.ts';

const PIPE_CHUNK_BYTES = 64_000;

/** The sink for what `--output` says. @param send hands a chunk of a segment to the main thread. */
export async function createSink(
  { form, sync }: NonNullable<WorkerSettings['output']>,
  folder: OutputFolder,
  send: (batchId: number, chunk: SegmentChunk) => void,
): Promise<Sink> {
  const segments = (
    newEncoder: () => SegmentEncoder,
    chunkBytes: number,
    folderOf: (path: string) => string = () => '',
  ): Sink => new Segments(newEncoder, folderOf, chunkBytes, folder, sync !== 'none', send);
  switch (form.kind) {
    case 'json':
      return new JsonFiles(folder, sync);
    case 'ndjson': {
      const compress = await loadCompression(form.compression);
      return segments(() => new Ndjson(compress), form.chunkBytes, layoutOf(form));
    }
    case 'raw':
      return segments(() => new RawFrames(), form.chunkBytes);
    case 'avro': {
      const codec = await loadCodec(form.compression);
      const headOf = avroHeads(codec);
      return segments(() => new AvroBlocks(codec, headOf), form.chunkBytes, layoutOf(form));
    }
    case 'parquet': {
      const headOf = looseHeads();
      return segments(() => new LooseRecords(headOf), form.chunkBytes, layoutOf(form));
    }
  }
}

/** Lines for standard output: small chunks, so that whoever reads them need not wait. */
export function createPipeSink(send: (batchId: number, chunk: SegmentChunk) => void): Sink {
  return new Segments(
    () => new Ndjson((bytes) => bytes),
    () => '',
    PIPE_CHUNK_BYTES,
    null,
    false,
    send,
  );
}

function layoutOf({ byPath }: { readonly byPath: boolean }): ((path: string) => string) | undefined {
  return byPath ? layoutFolder : undefined;
}

/** The folder that a path is in. Between records and temporaries a folder must not have a name like theirs. */
function layoutFolder(path: string): string {
  return escapeClientNames(path.slice(0, path.lastIndexOf('/')));
}
