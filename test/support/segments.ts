import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BatchView, outcome, packBatch } from '../../src/batch/batch.ts';
import { Entries } from '../../src/batch/entries.ts';
import { Crc32c, crc32c } from '../../src/checksum.ts';
import type { ReceivedChunk } from '../../src/pool/messages.ts';
import type { Work } from '../../src/pool/work.ts';
import {
  filesOf,
  parseRecord,
  type RangeRecord,
  recordName,
  type SegmentRecord,
} from '../../src/segment/record.ts';
import { temporaryName } from '../../src/temporary.ts';
import { filesIn } from './client.ts';

let temporaries = 0;

/** A record of a segment of one alert, whose data has a temporary name of this writer. */
export function recordOf(first: number, last: number, writer: string): SegmentRecord {
  return {
    format: 1,
    segment: recordName(first).replace('.record', '.ndjson'),
    temporary: temporaryName(writer, 0, temporaries++),
    topic: 't',
    partition: 0,
    first,
    last,
    behind: 'segment',
    alerts: 1,
    bytes: 3,
    crc32c: '00000000',
    absent: [],
    several: [],
    lastMessage: { offset: last, timestampMs: 1, bytes: 2, crc32c: '00000000' },
    writer,
  };
}

/** A batch of messages at the offsets from 0 on; null: a tombstone. */
export function workOf(...values: readonly (string | null)[]): Work {
  const messages = values.map((value, offset) => ({
    ...{ offset, timestampMs: 0, key: null, headers: [] },
    value: value === null ? null : Buffer.from(value),
  }));
  return {
    ...{ id: 0, view: new BatchView(packBatch('t', 0, messages)), entries: new Entries(null), noted: 0 },
    ...{ bytes: 1, state: 'with-worker', slot: null, budget: null, cutAt: null, deaths: new Map() },
    ...{ cancelled: false, recalled: false, wait: null, counted: 0, savedOfPending: 0 },
  };
}

/** Lines of messages that were saved, from the one at an index on. */
export function chunkOf(from: number, ...lines: readonly string[]): ReceivedChunk {
  const bytes = new Uint8Array(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return {
    from,
    outcomes: new Uint8Array(lines.length).fill(outcome.SAVED),
    alerts: new Int32Array(lines.length).fill(1),
    head: null,
    parts: [{ folder: '', alerts: lines.length, bytes, checksum: new Crc32c().add(bytes).value }],
    stamps: null,
    giveBack: () => undefined,
  };
}

/** The records of a partition's folder, in offset order; of those whose segment is there too. */
export function recordsIn(folder: string): SegmentRecord[] {
  const names = readdirSync(folder);
  return rangesIn(folder)
    .filter((record) => record.format === 1)
    .filter(({ segment }) => names.includes(segment));
}

/** All records of a partition's folder, in offset order. */
export function rangesIn(folder: string): RangeRecord[] {
  return readdirSync(folder)
    .filter((name) => /^\d{20}\.record$/.test(name))
    .sort()
    .map((name) => parseRecord(readFileSync(join(folder, name), 'utf8')));
}

/** The files of a layout that records list and that are there, below the output folder, in offset order a partition. */
export function layoutFiles(dir: string): string[] {
  return partitionFolders(dir)
    .flatMap((folder) => rangesIn(folder).flatMap((record) => filesOf(record, '')))
    .map(({ path }) => path)
    .filter((path) => existsSync(join(dir, path)));
}

/** The lines of a partition's ndjson segments, in offset order. */
export function linesIn(folder: string): string[] {
  return recordsIn(folder).flatMap(({ segment }) => {
    const bytes = readFileSync(join(folder, segment));
    return (segment.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1);
  });
}

/** Every offset that the records say is covered, with why it is absent, or null for one that is saved. @throws Error at a gap or an overlap. */
export function coverage(records: readonly RangeRecord[]): (string | null)[] {
  const covered: (string | null)[] = [];
  for (const { first, last, absent } of records) {
    if (first !== covered.length) throw new Error(`${first} follows ${covered.length - 1}`);
    for (let offset = first; offset <= last; offset++) {
      covered.push(absent.find(([, from, to]) => from <= offset && offset <= to)?.[0] ?? null);
    }
  }
  return covered;
}

/** The folders of partitions below an output folder: those that hold records. */
export function partitionFolders(dir: string): string[] {
  const records = filesIn(dir).filter((path) => path.endsWith('.record'));
  return [...new Set(records.map((path) => join(dir, dirname(path))))];
}

/** The messages of a raw segment (docs/output-folder.md). */
export function framesIn(bytes: Buffer): RawFrame[] {
  assert.equal(bytes.subarray(0, 8).toString(), 'ANTRAW1\n');
  const frames: RawFrame[] = [];
  for (let at = 8; at < bytes.length; at += 4 + bytes.readUInt32LE(at)) {
    const end = at + 4 + bytes.readUInt32LE(at);
    const [keyBytes, valueBytes] = [bytes.readInt32LE(at + 20), bytes.readInt32LE(at + 24)];
    const value = valueBytes < 0 ? null : bytes.subarray(end - 4 - valueBytes, end - 4);
    assert.equal(
      crc32c(bytes.subarray(at + 4, end - 4)),
      bytes
        .readUInt32LE(end - 4)
        .toString(16)
        .padStart(8, '0'),
    );
    frames.push({
      offset: Number(bytes.readBigInt64LE(at + 4)),
      timestampMs: Number(bytes.readBigInt64LE(at + 12)),
      keyBytes,
      value,
      headers: bytes.readUInt32LE(at + 28),
    });
  }
  return frames;
}

/** A message as a raw segment holds it. */
export interface RawFrame {
  readonly offset: number;
  readonly timestampMs: number;
  readonly keyBytes: number;
  readonly value: Buffer | null;
  readonly headers: number;
}
