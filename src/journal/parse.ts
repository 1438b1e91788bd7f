import * as v from 'valibot';
import { absences } from '../segment/record.ts';

/** How a writer came to the offset where its lines begin; `journal`: it goes on behind a line that it could not finish. */
const journalBeginnings = ['start', 'commit', 'expired', 'given', 'journal'] as const;

/** What became of an offset that gave no alert. */
export type JournalOutcome = (typeof absences)[number];
export type JournalBeginning = (typeof journalBeginnings)[number];

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const digits = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/));
const lineSchema = v.union([
  v.strictObject({
    offset: count,
    record: v.optional(count),
    /** The field that the file's bytes were taken out of; none: the file is the alert's. */
    stamp: v.optional(v.string()),
    path: v.pipe(v.string(), v.minLength(1)),
    bytes: count,
    crc32c: digits,
  }),
  v.strictObject({ from: count, to: count, outcome: v.picklist(absences) }),
  v.strictObject({ start: count, behind: v.picklist(journalBeginnings) }),
  /** The last message that was read for the lines before it. */
  v.strictObject({
    last: count,
    timestampMs: v.pipe(v.number(), v.safeInteger()),
    bytes: count,
    crc32c: digits,
  }),
]);

/** A line of a journal; docs/output-folder.md tells of each form. */
export type JournalLine = v.InferOutput<typeof lineSchema>;

/** An alert that was saved as a file. */
export type AlertLine = Extract<JournalLine, { offset: number }>;

/** @returns null where it is not a whole line of a journal. */
export function parseLine(text: string): JournalLine | null {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = v.safeParse(lineSchema, content);
  if (!parsed.success || ('from' in parsed.output && parsed.output.to < parsed.output.from)) return null;
  return parsed.output;
}
