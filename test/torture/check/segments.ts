import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { crc32c } from './crc32c.ts';
import { readRawFrames } from './raw-frames.ts';
import type { Expected, Place, Sightings } from './sightings.ts';

/** What a record says, as docs/output-folder.md has it. */
export interface CoveredRange {
  readonly segment: string;
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
  readonly output: 'ndjson' | 'raw';
  readonly expected: (at: Place) => Expected;
}

/** Reads all segments: each record's checksum, each segment against it and against the source, and that no range is left out. */
export function readSegments(question: SegmentsQuestion, sightings: Sightings): void {
  for (let partition = 0; partition < question.partitions; partition++) {
    const folder = join(question.dir, question.topic, String(partition));
    const records = readRecords(folder, sightings);
    let next = 0;
    for (const record of records) {
      const where = join(folder, record.segment);
      if (record.first > next && record.behind === 'segment')
        sightings.wrong(
          'poll-skip',
          `${where} goes on at ${record.first}, but the one before ended at ${next - 1}`,
        );
      if (record.first < next)
        sightings.wrong('nonmonotonic-poll', `${where} begins at ${record.first}, below ${next}`);
      next = Math.max(next, record.last + 1);
      checkSegment(question, partition, where, record, sightings);
    }
    checkStrays(folder, records, sightings);
  }
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

function checkSegment(
  { output, expected }: SegmentsQuestion,
  partition: number,
  where: string,
  record: CoveredRange,
  sightings: Sightings,
): void {
  if (!existsSync(where)) {
    sightings.wrong('lost-write', `${where} has a record, but is not there`);
    return;
  }
  const bytes = readFileSync(where);
  if (bytes.byteLength !== record.bytes || crc32c(bytes) !== record.crc32c) {
    sightings.wrong('torn-file', `${where} is not what its record says`);
    return;
  }
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
  const found = output === 'raw' ? readRawFrames(bytes) : readLines(where, bytes, offsets);
  if (found === null) {
    sightings.wrong('torn-file', `${where} cannot be read to its end`);
    return;
  }
  if (found.length !== record.alerts)
    sightings.wrong('torn-file', `${where} holds ${found.length} alerts, not ${record.alerts}`);
  let before = -1;
  for (const { offset, value } of found) {
    if (offset <= before) sightings.wrong('nonmonotonic-poll', `${where}: ${offset} comes after ${before}`);
    before = offset;
    sightings.saw({ partition, offset }, where);
    const source = expected({ partition, offset }).value;
    if (!value.equals(source))
      sightings.wrong('torn-file', `${where}: offset ${offset} is not what its source was`);
  }
}

/** The lines of an ndjson segment belong, in order, to the offsets that are not absent. */
function readLines(
  where: string,
  bytes: Buffer,
  offsets: readonly number[],
): { offset: number; value: Buffer }[] | null {
  const text = unpack(where, bytes).toString();
  if (text !== '' && !text.endsWith('\n')) return null;
  const lines = text.split('\n').slice(0, -1);
  if (lines.length !== offsets.length) return null;
  return lines.map((line, index) => ({ offset: offsets[index] as number, value: Buffer.from(line) }));
}

function unpack(where: string, bytes: Buffer): Buffer {
  if (where.endsWith('.gz')) return gunzipSync(bytes);
  return where.endsWith('.zst')
    ? execFileSync('zstd', ['-dcq'], { input: bytes, maxBuffer: 1 << 30 })
    : bytes;
}

function checkStrays(folder: string, records: readonly CoveredRange[], sightings: Sightings): void {
  const known = new Set(records.map(({ segment }) => segment));
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.startsWith('.') || name.endsWith('.record') || known.has(name)) continue;
    sightings.wrong('duplicate', `${join(folder, name)} has no record`);
  }
}
