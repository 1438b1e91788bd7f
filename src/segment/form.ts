import type { Config } from '../config.ts';
import type { OutputForm } from '../pool/messages.ts';
import { topicFolder } from '../worker/name/topic-folder.ts';
import { valuesForm } from '../worker/datum/form.ts';
import { looseHead } from '../worker/write/loose-records.ts';
import { RAW_MAGIC } from '../worker/write/raw-frame.ts';
import type { SegmentForm } from './segments.ts';

/** A chunk this large compresses well and does not keep a message long from its segment. */
const MAX_CHUNK_BYTES = 1_000_000;

const ndjsonExtensions = { none: '.ndjson', gzip: '.ndjson.gz', zstd: '.ndjson.zst' } as const;

/** What the workers make of alerts. */
export function outputForm({ form, segments, layout }: Config['output']): OutputForm {
  // Small segments are cut from smaller chunks, so that none grows far beyond its limit.
  const chunkBytes = Math.min(MAX_CHUNK_BYTES, Math.ceil(segments.bytes / 8));
  if (form === 'json') return { kind: 'json' };
  if (form === 'raw') return { kind: 'raw', chunkBytes };
  const byPath = layout !== null;
  if (form === 'parquet') return { kind: 'parquet', chunkBytes, byPath };
  const compression = segments.compress;
  return { kind: form, compression, chunkBytes, byPath };
}

/** How segments are written; null: the output is none of that kind. */
export function segmentForm({ output, topics, pool }: Config, writer: string): SegmentForm | null {
  const { dir, form, segments, durability, layout } = output;
  if (dir === null || form === 'json') return null;
  return {
    dir,
    extension: form === 'ndjson' ? ndjsonExtensions[segments.compress] : `.${form}`,
    head: headOf(form),
    finish:
      form === 'avro'
        ? { form: { kind: 'avro', compression: segments.compress }, threads: pool.workers }
        : form === 'parquet'
          ? { form: { kind: 'parquet' }, threads: pool.workers }
          : null,
    limits: segments,
    pathTemplate: layout,
    writer,
    sync: durability === 'disk',
    isShared: output.share,
    folderOf: (topic) => topicFolder(topic, topics.prefix),
  };
}

/** What a file begins with of which no alert says anything else. */
function headOf(form: Config['output']['form']): Uint8Array {
  if (form === 'raw') return RAW_MAGIC;
  return form === 'ndjson' ? new Uint8Array(0) : looseHead(valuesForm);
}
