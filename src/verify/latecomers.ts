import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, parseRecord, recordName, stampListOf } from '../segment/record.ts';
import { topicFoldersIn } from './tree.ts';

/** A client that is at work publishes while we look: what was listed first does not tell of all that is found later. */

/** Whether a record lists a file of a layout by now; its name tells of which range it is. */
export function isListedByNow(dir: string, path: string): boolean {
  const [, partition = '', first = ''] = /(\d+)-(\d{20})\.[^/]*$/.exec(path) ?? [];
  return topicFoldersIn(dir).some((topic) => listsByNow(dir, `${topic}/${partition}`, Number(first), path));
}

/** Whether the record of a range is there by now, and lists this file. @param folder of the partition, below the output folder. */
export function listsByNow(dir: string, folder: string, first: number, path: string): boolean {
  try {
    const record = parseRecord(readFileSync(join(dir, folder, recordName(first)), 'utf8'));
    const files = [...filesOf(record, folder), stampListOf(record, folder)];
    return files.some((file) => file?.path === path);
  } catch {
    // None is there, or none that could tell.
    return false;
  }
}
