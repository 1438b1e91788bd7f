import { type Dirent, opendirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
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

type EntryKind = 'folder' | 'file' | 'gone';

/** What an entry is. A link is what it leads to, for a folder may be moved to another disk; where it leads to nothing it is gone. */
export function entryKind(entry: Dirent, folder: string): EntryKind {
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'file';
  try {
    return statSync(join(folder, entry.name)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'gone';
  }
}

/**
 * Names of the folders in a folder, in order; of several that are one folder, by links, the first, and rather the folder than a link to it.
 *
 * @param onGone gets the names of links that lead to nothing.
 */
export function foldersIn(folder: string, onGone: (name: string) => void = () => undefined): string[] {
  const names: string[] = [];
  const links: string[] = [];
  for (const entry of entriesOf(folder)) {
    const kind = entryKind(entry, folder);
    if (kind === 'folder') (entry.isSymbolicLink() ? links : names).push(entry.name);
    else if (kind === 'gone') onGone(entry.name);
  }
  if (links.length === 0) return names.sort();
  const real = (name: string): string => realpathSync(join(folder, name));
  const seen = new Set(names.map(real));
  for (const link of links.sort()) if (seen.size < seen.add(real(link)).size) names.push(link);
  return names.sort();
}

/** Names of the folders in an output folder that may be of topics, in order. @param onGone gets the names of links that lead to nothing. */
export function topicFoldersIn(dir: string, onGone?: (name: string) => void): string[] {
  return foldersIn(dir, onGone).filter((name) => !isOwnFolder(name));
}

/**
 * Paths of all files below a folder, relative to it, with `/` between names. Links to folders outside of it are followed, once each; what is inside
 * comes under its own name.
 *
 * @param onGone gets the paths of links that lead to nothing.
 */
export function* filesBelow(
  root: string,
  onGone: (path: string) => void = () => undefined,
): Generator<string> {
  yield* walk({ root, inside: realpathSync(root), outside: new Set(), onGone }, '', false);
}

/** A way through all that lies below a folder. */
interface Walk {
  readonly root: string;
  readonly inside: string;
  /** Folders elsewhere that were come to. */
  readonly outside: Set<string>;
  readonly onGone: (path: string) => void;
}

function* walk(at: Walk, below: string, isOutside: boolean): Generator<string> {
  const folder = join(at.root, below);
  for (const entry of entriesOf(folder)) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const kind = entryKind(entry, folder);
    if (kind === 'file') yield path;
    else if (kind === 'gone') at.onGone(path);
    else if (!isOutside && !entry.isSymbolicLink()) yield* walk(at, path, false);
    else if (isNew(at, realpathSync(join(at.root, path)))) yield* walk(at, path, true);
  }
}

/** Whether a folder that a link leads to, or that lies in one, is to be gone through. */
function isNew({ inside, outside }: Walk, real: string): boolean {
  // What holds the output folder is none that somebody moved out of it.
  if (isWithin(real, inside) || isWithin(inside, real) || outside.has(real)) return false;
  outside.add(real);
  return true;
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
