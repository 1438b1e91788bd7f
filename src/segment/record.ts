import { z } from 'zod';
import { crc32c } from '../checksum.ts';

/** Ending of the files that say what a segment covers; their names are the commit points. */
export const RECORD_EXTENSION = '.record';

const offset = z.number().int().nonnegative();
const digits = z.string().regex(/^[0-9a-f]{8}$/);
const fileName = z.string().regex(/^[^/\\\0]+$/);
/** Below the output folder, and never out of it. */
const relativePath = z.string().regex(/^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\\0]+$/s);

/** Why an offset is covered by a segment and has no alert in it. */
export const absences = ['filtered', 'dead', 'skipped', 'tombstone', 'missing', 'expired'] as const;

/** How the reader came to a segment's first offset. */
export const beginnings = ['segment', 'start', 'commit', 'expired', 'given'] as const;

const range = {
  topic: z.string(),
  partition: offset,
  first: offset,
  last: offset,
  behind: z.enum(beginnings),
  alerts: offset,
  absent: z.array(z.tuple([z.enum(absences), offset, offset])),
  several: z.array(z.tuple([offset, offset])),
  lastMessage: z
    .strictObject({ offset, timestampMs: z.number().int(), bytes: z.number().int(), crc32c: digits })
    .nullable(),
  writer: z.string(),
};
const contents = { bytes: offset, crc32c: digits };

const segmentSchema = z.strictObject({
  format: z.literal(1),
  segment: fileName,
  temporary: fileName,
  ...range,
  ...contents,
});
const layoutSchema = z.strictObject({
  format: z.literal(2),
  files: z.array(z.strictObject({ path: relativePath, temporary: fileName, alerts: offset, ...contents })),
  ...range,
});
const recordSchema = z.discriminatedUnion('format', [segmentSchema, layoutSchema]);

/** The record of one file that holds a whole range; docs/output-folder.md tells of each field. */
export type SegmentRecord = z.infer<typeof segmentSchema>;

/** The record of a range whose alerts lie in several files, as `--path` says. */
export type LayoutRecord = z.infer<typeof layoutSchema>;

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

/** A record is not what was written: torn, changed, or of a later version of the client. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** The name of the record of the range that begins at an offset. */
export function recordName(first: number): string {
  return `${segmentBase(first)}${RECORD_EXTENSION}`;
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
  const parsed = recordSchema.safeParse(JSON.parse(`${open}}`));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RecordError(`${issue?.path.join('.') ?? 'it'}: ${issue?.message ?? 'not as it should be'}`);
  }
  return parsed.data;
}
