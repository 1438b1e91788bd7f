import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ClientError } from '../errors.ts';
import { JOURNAL_FOLDER } from '../journal/line.ts';
import { OWNER_FOLDER } from '../owner.ts';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';
import { REDONE_FOLDER } from './redone.ts';
import { entriesOf, filesBelow, foldersIn, isLayoutFile, isSegmentFile, isTemporary } from './tree.ts';

const PARTITION = /^\d+$/;

/**
 * In a folder that no client wrote, nothing can be lost: to call it clean would be a false comfort. An empty one is what a client leaves that came to no message.
 *
 * @throws ClientError USAGE where a folder is no output folder, naming the one that it lies in.
 */
export function requireOutputFolder(dir: string): void {
  if (hasOwnFolder(dir) || foldersIn(dir).some((topic) => holdsPartitions(join(dir, topic)))) return;
  const isEmpty = [...entriesOf(dir)].length === 0;
  const above = outputFolderAbove(dir);
  if (above !== null)
    throw new ClientError(
      'USAGE',
      `${dir} is a part of the output folder ${above}, which is verified as a whole: say antares-client verify ${above}.`,
    );
  if (isEmpty) return;
  // A client that was killed early, or somebody who removed the records, leaves no more than these.
  for (const path of filesBelow(dir)) {
    const name = basename(path);
    if (isTemporary(name) || isLayoutFile(name)) return;
  }
  throw new ClientError(
    'USAGE',
    `${dir} is no output folder: it holds neither a journal nor a record of what was saved, so nobody can tell whether anything is lost.`,
  );
}

function hasOwnFolder(dir: string): boolean {
  // Of a client that waits for its first message there is but its entry.
  return [JOURNAL_FOLDER, DEAD_LETTER_FOLDER, REDONE_FOLDER, OWNER_FOLDER].some((name) =>
    existsSync(join(dir, name)),
  );
}

function outputFolderAbove(dir: string): string | null {
  if (holdsPartitions(dir)) return dirname(dir);
  if (PARTITION.test(basename(dir)) && holdsSegments(dir)) return dirname(dirname(dir));
  for (let above = dirname(dir), below = dir; above !== below; below = above, above = dirname(above))
    if (hasOwnFolder(above)) return above;
  return null;
}

/** It is the folder of a topic's segments. */
function holdsPartitions(folder: string): boolean {
  return foldersIn(folder).some((name) => PARTITION.test(name) && holdsSegments(join(folder, name)));
}

function holdsSegments(folder: string): boolean {
  for (const { name } of entriesOf(folder)) if (isSegmentFile(name)) return true;
  return false;
}
