import type { SegmentChunk, WorkerSettings } from '../../pool/messages.ts';
import type { OutputFolder } from './folder.ts';
import { JsonFiles } from './json-files.ts';
import { loadCompression } from './compress.ts';
import { Ndjson } from './ndjson.ts';
import { RawFrames } from './raw.ts';
import type { SegmentEncoder } from './segment-encoder.ts';
import { Segments } from './segments.ts';
import type { Sink } from './sink.ts';

/** The sink for what `--output` says. @param send hands a chunk of a segment to the main thread. */
export async function createSink(
  { form, sync }: NonNullable<WorkerSettings['output']>,
  folder: OutputFolder,
  send: (batchId: number, chunk: SegmentChunk) => void,
): Promise<Sink> {
  const segments = (encoder: SegmentEncoder, chunkBytes: number): Sink =>
    new Segments(encoder, chunkBytes, folder, sync !== 'none', send);
  switch (form.kind) {
    case 'json':
      return new JsonFiles(folder, sync);
    case 'ndjson':
      return segments(new Ndjson(await loadCompression(form.compression)), form.chunkBytes);
    case 'raw':
      return segments(new RawFrames(), form.chunkBytes);
  }
}
