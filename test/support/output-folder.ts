import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { crc32c } from '../../src/checksum.ts';
import { formatRecord, recordName, type SegmentRecord, segmentBase } from '../../src/segment/record.ts';

/** Puts a file into a folder, with the folders it needs. It is old, as a finished night is. */
export function put(dir: string, path: string, content: string | Buffer): void {
  const full = join(dir, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  age(full);
}

/** Makes a file old, and a journal younger than the files that it names, as after a night: none looks as if a client were at work. */
export function age(path: string): void {
  const days = path.includes('_journal') ? 1 : 2;
  const then = new Date(Date.now() - days * 86_400_000);
  utimesSync(path, then, then);
}

/** What a segment is made of. */
export interface SegmentToPut {
  readonly topic: string;
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly absent?: SegmentRecord['absent'];
  readonly several?: SegmentRecord['several'];
  readonly behind?: SegmentRecord['behind'];
  readonly extension?: 'ndjson' | 'ndjson.gz' | 'ndjson.zst' | 'raw';
  /** Packs the lines in place of what the extension stands for. */
  readonly pack?: (content: Buffer) => Buffer;
  /** Changes the record before it is written. */
  readonly change?: (record: SegmentRecord) => SegmentRecord;
}

/** Writes a segment and its record as docs/output-folder.md says, and returns its path without an extension. */
export function putSegment(dir: string, segment: SegmentToPut): string {
  const { topic, partition, first, last, absent = [], several = [], extension = 'ndjson' } = segment;
  const counts = new Map(several);
  const items: Buffer[] = [];
  for (let offset = first; offset <= last; offset++) {
    if (absent.some(([, from, to]) => from <= offset && offset <= to)) continue;
    for (let n = counts.get(offset) ?? 1; n > 0; n--)
      items.push(extension === 'raw' ? frame(offset) : Buffer.from(`{"candid":${offset},"of":"${topic}"}\n`));
  }
  const content = Buffer.concat(extension === 'raw' ? [Buffer.from('ANTRAW1\n'), ...items] : items);
  const pack = segment.pack ?? (extension === 'ndjson.gz' ? gzipSync : (bytes: Buffer): Buffer => bytes);
  const data = pack(content);
  const base = `${topic}/${partition}/${segmentBase(first)}`;
  const record: SegmentRecord = {
    format: 1,
    segment: `${segmentBase(first)}.${extension}`,
    temporary: `.antares-0-1-0.1-${first}.tmp`,
    topic,
    partition,
    first,
    last,
    behind: segment.behind ?? (first === 0 ? 'start' : 'segment'),
    alerts: items.length,
    bytes: data.length,
    crc32c: crc32c(data),
    absent: [...absent],
    several: [...several],
    // As those of letters.
    timestampsMs: [1, 1],
    lastMessage: null,
    writer: '0-1-0',
  };
  put(dir, `${base}.${extension}`, data);
  put(dir, `${topic}/${partition}/${recordName(first)}`, formatRecord(segment.change?.(record) ?? record));
  return base;
}

/** A frame of a raw segment, with a key and a header. */
export function frame(offset: number): Buffer {
  const key = Buffer.from('key');
  const value = Buffer.from(`value of ${offset}`);
  const name = Buffer.from('origin');
  const fixed = Buffer.alloc(28);
  fixed.writeBigInt64LE(BigInt(offset), 0);
  fixed.writeBigInt64LE(-1n, 8);
  fixed.writeInt32LE(key.length, 16);
  fixed.writeInt32LE(value.length, 20);
  fixed.writeUInt32LE(1, 24);
  const body = Buffer.concat([fixed, int32(name.length), name, int32(-1), key, value]);
  const whole = Buffer.concat([body, Buffer.from(crc32c(body), 'hex').reverse()]);
  return Buffer.concat([int32(whole.length), whole]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** Writes a dead letter. */
export function putLetter(dir: string, topic: string, partition: number, offset: number): string {
  const base = `_dead-letter/${topic}/${partition}-${offset}`;
  const value = Buffer.from(`no alert ${offset}`);
  put(dir, `${base}.bin`, value);
  const error = { code: 'UNKNOWN_FORMAT', text: 'It is nothing that is known.' };
  const sidecar = { topic, partition, offset, timestampMs: 1, key: null, headers: [] };
  put(
    dir,
    `${base}.json`,
    `${JSON.stringify({ ...sidecar, bytes: value.length, crc32c: crc32c(value), error })}\n`,
  );
  return base;
}

/** Writes an alert's file and returns its line of the journal. */
export function putAlert(
  dir: string,
  offset: number,
  path: string,
  content: string | Buffer = `{"candid": ${offset}}`,
): object {
  put(dir, path, content);
  return { offset, path, bytes: Buffer.byteLength(content), crc32c: crc32c(content) };
}

/** Writes a journal. A line that is a text stands there as it is, without an end. */
export function putJournal(
  dir: string,
  topic: string,
  partition: number,
  lines: readonly (object | string)[],
): void {
  const text = lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`));
  put(dir, `_journal/${topic}/${partition}.ndjson`, text.join(''));
}
