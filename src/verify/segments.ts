import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../errors.ts';
import {
  filesOf,
  parseRecord,
  type RangeRecord,
  RECORD_EXTENSION,
  type RecordedFile,
  recordName,
  RecordError,
  segmentBase,
  stampListOf,
} from '../segment/record.ts';
import { offsets, type Source, type Span } from './cover.ts';
import type { Findings } from './findings.ts';
import type { Partition, Partitions } from './partitions.ts';
import { listsByNow } from './latecomers.ts';
import { readSegmentData } from './segment-data.ts';
import { checkStamps } from './stamps.ts';
import { entriesOf, entryKind, foldersIn, isSegmentFile, topicFoldersIn } from './tree.ts';

/**
 * Reads every segment of a folder against its record.
 *
 * @returns the paths that records of layouts list, and those of stamps.
 */
export async function readSegments(
  dir: string,
  partitions: Partitions,
  findings: Findings,
): Promise<ReadonlySet<string>> {
  const listed = new Set<string>();
  for (const topic of topicFoldersIn(dir)) {
    for (const partition of foldersIn(join(dir, topic)).filter((name) => /^\d+$/.test(name))) {
      const full = join(dir, topic, partition);
      const entries = [...entriesOf(full)].filter((entry) => entryKind(entry, full) !== 'folder');
      const names = entries.map(({ name }) => name).filter(isSegmentFile);
      if (names.length === 0) continue;
      const folder = `${topic}/${partition}`;
      const place: Place = { dir, folder, names: new Set(names.sort()), listed, findings };
      await readPartition(place, partitions.of(topic, Number(partition)));
    }
  }
  return listed;
}

/** A partition's folder of segments. */
interface Place {
  readonly dir: string;
  /** Below the output folder. */
  readonly folder: string;
  readonly names: ReadonlySet<string>;
  readonly listed: Set<string>;
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
    if (record.format === 1) recorded.add(record.segment);
    for (const file of filesOf(record, folder)) {
      into.kinds.add(kindOf(file.path));
      if (record.format === 2) place.listed.add(file.path);
      await checkFile(place, record, file);
    }
    const stamps = stampListOf(record, folder);
    if (stamps !== null) {
      recorded.add(basename(stamps.path));
      await checkStamps(place, stamps);
    }
    into.alerts += record.alerts;
    into.beginnings.set(record.first, record.behind);
    into.spans.push(...spansOf(record, `${folder}/${name}`));
  }
  for (const name of names) {
    if (name.endsWith(RECORD_EXTENSION) || recorded.has(name)) continue;
    if (listsByNow(dir, folder, Number(name.slice(0, 20)), `${folder}/${name}`)) continue;
    findings.fault('lost', `${folder}/${name} has no record, so nobody knows what it covers`);
  }
}

/** @returns the record, or what is wrong with it. */
function readRecord(path: string, name: string, partition: number): RangeRecord | string {
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

function contradictionIn(record: RangeRecord): string | null {
  const { first, last, absent, several, alerts } = record;
  if (last < first) return 'it ends before it begins';
  for (const { path } of filesOf(record, '')) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const fits =
      record.format === 1
        ? name.startsWith(`${segmentBase(first)}.`)
        : name.includes(`${record.partition}-${segmentBase(first)}.`);
    if (!fits) return `it names the segment ${path}`;
  }
  if (filesOf(record, '').reduce((sum, file) => sum + file.alerts, 0) !== alerts)
    return `it says ${alerts} alerts, and its files say another number`;
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
function linesOf({ first, last, absent, several }: RangeRecord): number {
  const missing = absent.reduce((sum, [, from, to]) => sum + to - from + 1, 0);
  return last - first + 1 - missing + several.reduce((sum, [, alerts]) => sum + alerts - 1, 0);
}

function spansOf(record: RangeRecord, name: string): Span[] {
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

/** What a file is, by its name. */
function kindOf(path: string): string {
  return path.slice(path.indexOf('.', path.lastIndexOf('/')) + 1);
}

async function checkFile(place: Place, record: RangeRecord, file: RecordedFile): Promise<void> {
  const { dir, folder, findings } = place;
  const isNamed = (): boolean => existsSync(join(dir, file.path));
  // A client that is at work may give it its name between two looks.
  const isCutOff = !isNamed() && existsSync(join(dir, folder, file.temporary));
  if (!isCutOff && !isNamed()) {
    const where = offsets(record.first, record.last);
    // Which of them were in one file of several nobody knows.
    const count = record.format === 1 ? record.last - record.first + 1 : file.alerts;
    findings.fault('lost', `${file.path}, ${where}: the record is there, the segment is not`, count);
    return;
  }
  const path = isCutOff ? `${folder}/${file.temporary}` : file.path;
  const frames = frameOffsets(record);
  let data;
  try {
    // Its final name tells how it is packed.
    data = await readSegmentData(join(dir, path), file.path, () => frames.next().value ?? null);
  } catch (error) {
    if (isCutOff && isNamed()) return checkFile(place, record, file);
    findings.fault('torn', `${path} cannot be read: ${messageOf(error)}`);
    return;
  }
  if (isCutOff && !isNamed()) {
    findings.note(
      'Segments whose publication was cut off; the next run finishes it',
      `${file.path}, still named ${file.temporary}`,
    );
  }
  if (data.bytes !== file.bytes) {
    findings.fault('torn', `${path} has ${data.bytes} bytes, its record says ${file.bytes}`);
  } else if (data.crc32c !== file.crc32c) {
    findings.fault('torn', `${path}: its checksum is ${data.crc32c}, its record says ${file.crc32c}`);
  } else if (data.problem !== null) {
    findings.fault('torn', `${path}: ${data.problem}`);
  } else if (data.items !== file.alerts) {
    const missing = file.alerts - data.items;
    findings.fault(
      missing > 0 ? 'lost' : 'doubled',
      `${path} holds ${data.items} alerts, its record says ${file.alerts}`,
      Math.abs(missing),
    );
  }
}

/** The offsets of a raw segment's frames. */
function* frameOffsets({ first, last, absent }: RangeRecord): Generator<number, undefined> {
  let next = first;
  for (const [, from, to] of absent) {
    for (; next < from; next++) yield next;
    next = to + 1;
  }
  for (; next <= last; next++) yield next;
}
