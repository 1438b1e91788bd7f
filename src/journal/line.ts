import type { JournalLine } from './parse.ts';

/** Folder of the journals, below the output folder. */
export const JOURNAL_FOLDER = '_journal';

const TOLD = /^\{(?:"offset":(\d+)|"from":\d+,"to":(\d+))/;

/** The last offset that a line tells of, by its beginning alone: most lines of a long journal need not be parsed. Null: it tells of none. */
export function lastToldBy(line: string): number | null {
  const [told, alert, run] = TOLD.exec(line) ?? [];
  return told === undefined ? null : Number(alert ?? run);
}

/** Whether a line tells of a file. */
export function tellsOfFile(line: string): boolean {
  return line.startsWith('{"offset":');
}

/** A line with its end. Apart from the reading of lines, for workers write some and need nothing to read them with. */
export function formatLine(line: JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}
