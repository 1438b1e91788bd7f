import type { Config } from '../config.ts';
import type { OutputForm } from '../pool/messages.ts';
import { escapeName, escapeOwnFolder } from '../worker/name/escape.ts';
import { RAW_MAGIC } from '../worker/write/raw.ts';
import { stripPrefix } from '../topic-name.ts';
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
  return { kind: 'ndjson', compression: segments.compress, chunkBytes, byPath: layout !== null };
}

/** How segments are written; null: the output is none of that kind. */
export function segmentForm({ output, topics }: Config, writer: string): SegmentForm | null {
  const { dir, form, segments, durability, layout } = output;
  if (dir === null || form === 'json') return null;
  return {
    dir,
    extension: form === 'raw' ? '.raw' : ndjsonExtensions[segments.compress],
    head: form === 'raw' ? RAW_MAGIC : new Uint8Array(0),
    limits: segments,
    pathTemplate: layout,
    writer,
    sync: durability === 'disk',
    folderOf: (topic) => escapeOwnFolder(escapeName(stripPrefix(topic, topics.prefix))),
  };
}
