import { z } from 'zod';
import { absences } from '../segment/record.ts';

/** How a writer came to the offset where its lines begin; `journal`: it goes on behind a line that it could not finish. */
const journalBeginnings = ['start', 'commit', 'expired', 'given', 'journal'] as const;

/** What became of an offset that gave no alert. */
export type JournalOutcome = (typeof absences)[number];
export type JournalBeginning = (typeof journalBeginnings)[number];

const count = z.number().int().nonnegative();
const lineSchema = z.union([
  z.strictObject({
    offset: count,
    record: count.optional(),
    path: z.string().min(1),
    bytes: count,
    crc32c: z.string().regex(/^[0-9a-f]{8}$/),
  }),
  z.strictObject({ from: count, to: count, outcome: z.enum(absences) }),
  z.strictObject({ start: count, behind: z.enum(journalBeginnings) }),
]);

/** A line of a journal; docs/output-folder.md tells of each form. */
export type JournalLine = z.infer<typeof lineSchema>;

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
  const parsed = lineSchema.safeParse(content);
  if (!parsed.success || ('from' in parsed.data && parsed.data.to < parsed.data.from)) return null;
  return parsed.data;
}
