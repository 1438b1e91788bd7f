import * as v from 'valibot';
import { crc32c } from '../checksum.ts';
import { heldMs } from '../timestamp.ts';

/** Ending of the files that say what a segment covers; their names are the commit points. */
export const RECORD_EXTENSION = '.record';

const integer = v.pipe(v.number(), v.safeInteger());
/** Earlier versions wrote timestamps as they came. */
const timestamp = v.pipe(v.number(), v.finite(), v.transform(heldMs));
const offset = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const digits = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/));
const fileName = v.pipe(v.string(), v.regex(/^[^/\\\0]+$/));
/** Below the output folder, and never out of it. */
const relativePath = v.pipe(v.string(), v.regex(/^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\\0]+$/s));

/** Why an offset is covered by a segment and has no alert in it. */
export const absences = ['filtered', 'dead', 'skipped', 'tombstone', 'missing', 'expired'] as const;

/** How the reader came to a segment's first offset. */
export const beginnings = ['segment', 'start', 'commit', 'expired', 'given'] as const;

/** Ending of the lists of stamps that were taken out of a range's alerts. */
export const STAMPS_EXTENSION = '.stamps';

const contents = { bytes: offset, crc32c: digits };

const range = {
  topic: v.string(),
  partition: offset,
  first: offset,
  last: offset,
  behind: v.picklist(beginnings),
  alerts: offset,
  absent: v.array(v.tuple([v.picklist(absences), offset, offset])),
  several: v.array(v.tuple([offset, offset])),
  /** The earliest and the latest of its messages, but for tombstones. */
  timestampsMs: v.optional(v.tuple([timestamp, timestamp])),
  lastMessage: v.nullable(v.strictObject({ offset, timestampMs: timestamp, bytes: integer, crc32c: digits })),
  writer: v.string(),
  stamps: v.optional(v.strictObject({ temporary: fileName, images: offset, ...contents })),
};

const segmentSchema = v.strictObject({
  format: v.literal(1),
  segment: fileName,
  temporary: fileName,
  ...range,
  ...contents,
});
const layoutSchema = v.strictObject({
  format: v.literal(2),
  files: v.array(v.strictObject({ path: relativePath, temporary: fileName, alerts: offset, ...contents })),
  ...range,
});
const recordSchema = v.variant('format', [segmentSchema, layoutSchema]);

/** The record of one file that holds a whole range; docs/output-folder.md tells of each field. */
export type SegmentRecord = v.InferOutput<typeof segmentSchema>;

/** The record of a range whose alerts lie in several files, as `--path` says. */
export type LayoutRecord = v.InferOutput<typeof layoutSchema>;

/** What a range of offsets became. */
export type RangeRecord = SegmentRecord | LayoutRecord;

/** A file that a record lists. */
export interface RecordedFile {
  /** Below the output folder, with `/` between names. */
  readonly path: string;
  /** The name that it had before it was published, in the partition's folder. */
  readonly temporary: string;
  readonly alerts: number;
  readonly bytes: number;
  readonly crc32c: string;
}

/** The files of a record. @param folder the partition's, below the output folder. */
export function filesOf(record: RangeRecord, folder: string): readonly RecordedFile[] {
  if (record.format === 2) return record.files;
  const { segment, temporary, alerts, bytes, crc32c: checksum } = record;
  return [
    { path: folder === '' ? segment : `${folder}/${segment}`, temporary, alerts, bytes, crc32c: checksum },
  ];
}

/** A file that gets its name with a record. */
export type NamedFile = Pick<RecordedFile, 'path' | 'temporary' | 'bytes'>;

/** All files that a record gives their names, in this order. @param folder the partition's, below the output folder. */
export function namedFilesOf(record: RangeRecord, folder: string): readonly NamedFile[] {
  const list = stampListOf(record, folder);
  const files = filesOf(record, folder);
  return list === null ? files : [list, ...files];
}

/** The list of stamps of a record; null: it has none. @param folder the partition's, below the output folder. */
export function stampListOf({ first, stamps }: RangeRecord, folder: string): StampList | null {
  if (stamps === undefined) return null;
  const name = `${segmentBase(first)}${STAMPS_EXTENSION}`;
  return { path: folder === '' ? name : `${folder}/${name}`, ...stamps };
}

/** A list of a range's stamps. */
export interface StampList extends NamedFile {
  readonly images: number;
  readonly crc32c: string;
}

/** A record is not what was written: torn, changed, or of a later version of the client. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** The name of the record of the range that begins at an offset. */
export function recordName(first: number): string {
  return `${segmentBase(first)}${RECORD_EXTENSION}`;
}

/** Whether a file has such a name. */
export function isRecordName(name: string): boolean {
  return /^\d{20}\.record$/.test(name);
}

/** 20 digits, so that names sort as their offsets do. */
export function segmentBase(first: number): string {
  return String(first).padStart(20, '0');
}

/** A record as a line of its file. */
export function formatRecord(record: RangeRecord): string {
  const open = JSON.stringify(record).slice(0, -1);
  return `${open},"checksum":"${crc32c(open)}"}\n`;
}

/** @throws RecordError */
export function parseRecord(text: string): RangeRecord {
  const [, open, checksum] = /^(\{.*),"checksum":"([0-9a-f]{8})"\}\n$/s.exec(text) ?? [];
  if (open === undefined || crc32c(open) !== checksum) throw new RecordError('its checksum does not fit');
  const parsed = v.safeParse(recordSchema, JSON.parse(`${open}}`));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new RecordError(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
  }
  return parsed.output;
}
