import { type Dirent, opendirSync } from 'node:fs';
import { join } from 'node:path';
import { isProbeName, isTemporaryName } from '../temporary.ts';
import { isOwnFolder } from '../worker/name/escape.ts';

/** Everything that belongs to a segment. */
const SEGMENT_FILE = /^(\d{20})\.(record|stamps|ndjson|ndjson\.gz|ndjson\.zst|avro|parquet|raw)$/;
/** A file of a range, in a folder that `--path` says. */
const LAYOUT_FILE = /(?:^|-)\d+-\d{20}\.(?:ndjson(?:\.gz|\.zst)?|avro|parquet)$/;

/** What a writer has not finished, or tried the folder with. */
export function isTemporary(name: string): boolean {
  return isTemporaryName(name) || isProbeName(name);
}

export function isSegmentFile(name: string): boolean {
  return SEGMENT_FILE.test(name);
}

export function isLayoutFile(name: string): boolean {
  return LAYOUT_FILE.test(name);
}

/** The entries of a folder, one at a time, for it may hold millions; none where it is not there. @throws Error */
export function* entriesOf(folder: string): Generator<Dirent> {
  let handle;
  try {
    handle = opendirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) yield entry;
  } finally {
    handle.closeSync();
  }
}

/** Names of the folders in a folder, in order. */
export function foldersIn(folder: string): string[] {
  return [...entriesOf(folder)]
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Names of the folders in an output folder that may be of topics, in order. */
export function topicFoldersIn(dir: string): string[] {
  return foldersIn(dir).filter((name) => !isOwnFolder(name));
}

/** Paths of all files below a folder, relative to the output folder, with `/` between names. */
export function* filesBelow(root: string, below = ''): Generator<string> {
  for (const entry of entriesOf(join(root, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else yield path;
  }
}
