import type { JournalLine } from './parse.ts';

/** Folder of the journals, below the output folder. */
export const JOURNAL_FOLDER = '_journal';

/** A line with its end. Apart from the reading of lines, for workers write some and need nothing to read them with. */
export function formatLine(line: JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}
