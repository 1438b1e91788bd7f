import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import type { Output } from '../options.ts';
import { crc32c } from './crc32c.ts';
import { readRawFrames } from './raw-frames.ts';
import { readTables, type Tables } from './tables.ts';
import type { Expected, Place, Sightings } from './sightings.ts';

/** A file of a range, below the output folder. */
export interface RangeFile {
  readonly path: string;
  readonly alerts: number;
  readonly bytes: number;
  readonly crc32c: string;
}

/** What a record says, as docs/output-folder.md has it. */
export interface CoveredRange {
  readonly format: number;
  /** Of format 1: the one file, with the fields that follow. */
  readonly segment: string;
  /** Of format 2. */
  readonly files: readonly RangeFile[];
  readonly first: number;
  readonly last: number;
  readonly behind: string;
  readonly bytes: number;
  readonly alerts: number;
  readonly crc32c: string;
  readonly absent: readonly (readonly [why: string, from: number, to: number])[];
  readonly several: readonly (readonly [offset: number, alerts: number])[];
}

/** What the check of segments needs to know. */
export interface SegmentsQuestion {
  readonly dir: string;
  readonly topic: string;
  readonly partitions: number;
  readonly output: Exclude<Output, 'json'>;
  readonly expected: (at: Place) => Expected;
}

/** Reads all segments: each record's checksum, each segment against it and against the source, and that no range is left out. */
export function readSegments(question: SegmentsQuestion, sightings: Sightings): void {
  const listed = new Set<string>();
  const { dir, topic, output } = question;
  const tables: Tables = output === 'avro' || output === 'parquet' ? readTables(join(dir, topic)) : new Map();
  for (let partition = 0; partition < question.partitions; partition++) {
    const folder = join(dir, topic, String(partition));
    const records = readRecords(folder, sightings);
    let next = 0;
    for (const record of records) {
      const where = join(folder, `${String(record.first).padStart(20, '0')}.record`);
      if (record.first > next && record.behind === 'segment')
        sightings.wrong(
          'poll-skip',
          `${where} goes on at ${record.first}, but the one before ended at ${next - 1}`,
        );
      if (record.first < next)
        sightings.wrong('nonmonotonic-poll', `${where} begins at ${record.first}, below ${next}`);
      next = Math.max(next, record.last + 1);
      for (const { path } of filesOf(question, partition, record)) listed.add(path);
      checkSegment({ ...question, partition, tables }, where, record, sightings);
    }
    checkStrays(folder, listed, sightings);
  }
  if (output === 'ndjson-by-path') {
    const root = join(dir, topic, 'by-hash');
    for (const name of existsSync(root) ? readdirSync(root) : [])
      checkStrays(join(root, name), listed, sightings);
  }
}

/** The files of a range, by their paths. */
export function filesOf(
  { dir, topic }: { dir: string; topic: string },
  partition: number,
  record: CoveredRange,
): RangeFile[] {
  if (record.format === 2) return record.files.map((file) => ({ ...file, path: join(dir, file.path) }));
  return [{ ...record, path: join(dir, topic, String(partition), record.segment) }];
}

/** The records of a partition's folder in the order of their offsets. */
export function readRecords(folder: string, sightings: Sightings): CoveredRange[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d{20}\.record$/.test(name))
    .sort()
    .flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const open = text.slice(0, -',"checksum":"00000000"}\n'.length);
      try {
        const { checksum, ...record } = JSON.parse(text) as CoveredRange & { checksum: string };
        if (crc32c(Buffer.from(open)) !== checksum) throw new Error('its checksum does not fit');
        if (record.first !== Number(name.slice(0, 20))) throw new Error('it begins elsewhere');
        return [record];
      } catch (error) {
        sightings.wrong('torn-file', `${join(folder, name)}: ${String(error)}`);
        return [];
      }
    });
}

interface PartitionQuestion extends SegmentsQuestion {
  readonly partition: number;
  readonly tables: Tables;
}

function checkSegment(
  question: PartitionQuestion,
  where: string,
  record: CoveredRange,
  sightings: Sightings,
): void {
  const absent = new Map<number, string>();
  for (const [why, from, to] of record.absent) for (let at = from; at <= to; at++) absent.set(at, why);
  const offsets = Array.from({ length: record.last - record.first + 1 }, (_, i) => record.first + i).filter(
    (offset) => !absent.has(offset),
  );
  for (const [offset, why] of absent) {
    if (why !== 'dead')
      sightings.wrong('lost-write', `${where} says that ${offset} is ${why}, which it is not`);
  }
  if (record.several.length > 0) sightings.wrong('duplicate', `${where}: every message here holds one alert`);
  for (const file of filesOf(question, question.partition, record))
    checkFile(question, file, record.format === 1 ? offsets : null, sightings);
}

/** @param offsets of the lines of an ndjson file, or the rows of a table; null: some of a range, each of which its line tells. */
function checkFile(
  { output, expected, partition, tables }: PartitionQuestion,
  { path: where, ...file }: RangeFile,
  offsets: readonly number[] | null,
  sightings: Sightings,
): void {
  if (!existsSync(where)) {
    sightings.wrong('lost-write', `${where} has a record, but is not there`);
    return;
  }
  const bytes = readFileSync(where);
  if (bytes.byteLength !== file.bytes || crc32c(bytes) !== file.crc32c) {
    sightings.wrong('torn-file', `${where} is not what its record says`);
    return;
  }
  const values = tables.get(where) ?? null;
  const found =
    output === 'raw'
      ? readRawFrames(bytes)
      : output === 'avro' || output === 'parquet'
        ? withOffsets(values, offsets)
        : readLines(where, bytes, offsets);
  if (found === null) {
    sightings.wrong('torn-file', `${where} cannot be read to its end`);
    return;
  }
  if (found.length !== file.alerts)
    sightings.wrong('torn-file', `${where} holds ${found.length} alerts, not ${file.alerts}`);
  let before = -1;
  for (const { offset, value } of found) {
    if (offset <= before) sightings.wrong('nonmonotonic-poll', `${where}: ${offset} comes after ${before}`);
    before = offset;
    sightings.saw({ partition, offset }, where);
    const { value: message, json } = expected({ partition, offset });
    if (!value.equals(output === 'raw' ? message : json))
      sightings.wrong('torn-file', `${where}: offset ${offset} is not what its source was`);
  }
}

function readLines(
  where: string,
  bytes: Buffer,
  offsets: readonly number[] | null,
): { offset: number; value: Buffer }[] | null {
  const text = unpack(where, bytes).toString();
  if (text !== '' && !text.endsWith('\n')) return null;
  return withOffsets(
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => Buffer.from(line)),
    offsets,
  );
}

/** The alerts of a file belong, in order, to the offsets that are not absent; messages of a run say theirs as well. */
function withOffsets(
  values: readonly Buffer[] | null,
  offsets: readonly number[] | null,
): { offset: number; value: Buffer }[] | null {
  if (values === null || (offsets !== null && values.length !== offsets.length)) return null;
  return values.map((value, index) => ({
    offset: offsets?.[index] ?? (JSON.parse(value.toString()) as { offset: number }).offset,
    value,
  }));
}

function unpack(where: string, bytes: Buffer): Buffer {
  if (where.endsWith('.gz')) return gunzipSync(bytes);
  return where.endsWith('.zst')
    ? execFileSync('zstd', ['-dcq'], { input: bytes, maxBuffer: 1 << 30 })
    : bytes;
}

function checkStrays(folder: string, listed: ReadonlySet<string>, sightings: Sightings): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.startsWith('.') || name.endsWith('.record') || listed.has(join(folder, name))) continue;
    sightings.wrong('duplicate', `${join(folder, name)} has no record`);
  }
}
