import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import {
  parseRecord,
  RECORD_EXTENSION,
  recordName,
  RecordError,
  segmentBase,
  type SegmentRecord,
} from '../segment/record.ts';
import { offsets, type Source, type Span } from './cover.ts';
import type { Findings } from './findings.ts';
import type { Partition, Partitions } from './partitions.ts';
import { readSegmentData } from './segment-data.ts';
import { entriesOf, foldersIn, isSegmentFile } from './tree.ts';

/** Reads every segment of a folder against its record. */
export async function readSegments(dir: string, partitions: Partitions, findings: Findings): Promise<void> {
  for (const topic of foldersIn(dir).filter((name) => !name.startsWith('_'))) {
    for (const partition of foldersIn(join(dir, topic)).filter((name) => /^\d+$/.test(name))) {
      const names = [...entriesOf(join(dir, topic, partition))].map(({ name }) => name).filter(isSegmentFile);
      if (names.length === 0) continue;
      const place: Place = { dir, folder: `${topic}/${partition}`, names: new Set(names.sort()), findings };
      await readPartition(place, partitions.of(topic, Number(partition)));
    }
  }
}

/** A partition's folder of segments. */
interface Place {
  readonly dir: string;
  /** Below the output folder. */
  readonly folder: string;
  readonly names: ReadonlySet<string>;
  readonly findings: Findings;
}

async function readPartition(place: Place, into: Partition): Promise<void> {
  const { dir, folder, names, findings } = place;
  const recorded = new Set<string>();
  for (const name of names) {
    if (!name.endsWith(RECORD_EXTENSION)) continue;
    const record = readRecord(join(dir, folder, name), name, into.partition);
    if (typeof record === 'string') {
      findings.fault('torn', `${folder}/${name}: ${record}`);
      for (const each of names) if (each.startsWith(name.slice(0, 20))) recorded.add(each);
      continue;
    }
    recorded.add(record.segment);
    into.kinds.add(record.segment.slice(21));
    into.alerts += record.alerts;
    into.beginnings.set(record.first, record.behind);
    into.spans.push(...spansOf(record, `${folder}/${name}`));
    await checkData(place, record);
  }
  for (const name of names) {
    if (name.endsWith(RECORD_EXTENSION) || recorded.has(name)) continue;
    findings.fault('lost', `${folder}/${name} has no record, so nobody knows what it covers`);
  }
}

/** @returns the record, or what is wrong with it. */
function readRecord(path: string, name: string, partition: number): SegmentRecord | string {
  try {
    const record = parseRecord(readFileSync(path, 'utf8'));
    const contradiction =
      recordName(record.first) !== name
        ? `it is of the segment that begins at ${record.first}`
        : record.partition !== partition
          ? `it is of partition ${record.partition}`
          : contradictionIn(record);
    return contradiction ?? record;
  } catch (error) {
    return error instanceof RecordError || error instanceof SyntaxError
      ? messageOf(error)
      : `it cannot be read: ${messageOf(error)}`;
  }
}

function contradictionIn(record: SegmentRecord): string | null {
  const { first, last, absent, several, alerts } = record;
  if (last < first) return 'it ends before it begins';
  if (!record.segment.startsWith(`${segmentBase(first)}.`)) return `it names the segment ${record.segment}`;
  let next = first;
  for (const [, from, to] of absent) {
    if (from < next || to < from || to > last) return 'its absent offsets are not in order';
    next = to + 1;
  }
  const wanted = linesOf(record);
  if (several.some(([offset]) => offset < first || offset > last))
    return 'it does not cover all of its own offsets';
  return wanted === alerts ? null : `it says ${alerts} alerts, and its offsets say ${wanted}`;
}

/** Alerts by what is said of each offset. */
function linesOf({ first, last, absent, several }: SegmentRecord): number {
  const missing = absent.reduce((sum, [, from, to]) => sum + to - from + 1, 0);
  return last - first + 1 - missing + several.reduce((sum, [, alerts]) => sum + alerts - 1, 0);
}

function spansOf(record: SegmentRecord, name: string): Span[] {
  const source: Source = { name, run: 0 };
  const spans: Span[] = [];
  const add = (from: number, to: number, said: Span['said']): void => {
    if (to >= from) spans.push({ from, to, said, source });
  };
  let next = record.first;
  for (const [why, from, to] of record.absent) {
    add(next, from - 1, 'saved');
    add(from, to, why);
    next = to + 1;
  }
  add(next, record.last, 'saved');
  return spans;
}

async function checkData({ dir, folder, names, findings }: Place, record: SegmentRecord): Promise<void> {
  let path = `${folder}/${record.segment}`;
  if (!names.has(record.segment)) {
    if (!existsSync(join(dir, folder, record.temporary))) {
      const count = record.last - record.first + 1;
      findings.fault(
        'lost',
        `${path}, ${offsets(record.first, record.last)}: the record is there, the segment is not`,
        count,
      );
      return;
    }
    findings.note(
      'Segments whose publication was cut off; the next run finishes it',
      `${path}, still named ${record.temporary}`,
    );
    path = `${folder}/${record.temporary}`;
  }
  const frames = frameOffsets(record);
  let data;
  try {
    // Its final name tells how it is packed.
    data = await readSegmentData(join(dir, path), record.segment, () => frames.next().value ?? null);
  } catch (error) {
    findings.fault('torn', `${path} cannot be read: ${messageOf(error)}`);
    return;
  }
  if (data.bytes !== record.bytes) {
    findings.fault('torn', `${path} has ${data.bytes} bytes, its record says ${record.bytes}`);
  } else if (data.crc32c !== record.crc32c) {
    findings.fault('torn', `${path}: its checksum is ${data.crc32c}, its record says ${record.crc32c}`);
  } else if (data.problem !== null) {
    findings.fault('torn', `${path}: ${data.problem}`);
  } else if (data.items !== record.alerts) {
    const missing = record.alerts - data.items;
    findings.fault(
      missing > 0 ? 'lost' : 'doubled',
      `${path} holds ${data.items} alerts, its record says ${record.alerts}`,
      Math.abs(missing),
    );
  }
}

/** The offsets of a raw segment's frames. */
function* frameOffsets({ first, last, absent }: SegmentRecord): Generator<number, undefined> {
  let next = first;
  for (const [, from, to] of absent) {
    for (; next < from; next++) yield next;
    next = to + 1;
  }
  for (; next <= last; next++) yield next;
}
