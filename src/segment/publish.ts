import { type BigIntStats } from 'node:fs';
import { link, lstat, open, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ancestors } from '../ancestors.ts';
import { ClientError } from '../errors.ts';
import { makeFolder, syncFolder } from './durable.ts';
import { OverlapWatch } from './overlap.ts';
import { formatRecord, type NamedFile, namedFilesOf, type RangeRecord, recordName } from './record.ts';

/** Where a partition's records and temporaries are. */
export interface PartitionFolder {
  /** The output folder. */
  readonly root: string;
  /** Below it. */
  readonly below: string;
}

/** A range whose data is whole, under temporary names. */
export interface Unpublished {
  readonly record: RangeRecord;
  /** A temporary name for the record, in the partition's folder. */
  readonly recordTemporary: string;
  /** Further folders whose entries are new. */
  readonly newlyMade: readonly string[];
}

/** The record is published, its data not all: nothing may be thrown away, and whoever finds it goes on. */
export class PublicationCutOff extends Error {
  override readonly name = 'PublicationCutOff';
  override readonly cause: NodeJS.ErrnoException;

  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/**
 * Publishes a range in the order of docs/output-folder.md: its record by `link()`, which only one of two writers can, then its
 * data.
 *
 * @param sync whether each step must be on the disk before the next.
 * @param overlaps of this partition.
 * @returns `taken`: another writer published a range that begins at the same offset. Ours is thrown away.
 * @throws PublicationCutOff, or the system's error before anything was published; then nothing is known to be durable. ClientError OUTPUT, in
 * either, where another file has one of the names; or where another range holds some of the offsets.
 */
export async function publishRange(
  at: PartitionFolder,
  { record, recordTemporary, newlyMade }: Unpublished,
  sync: boolean,
  overlaps = new OverlapWatch(true),
): Promise<'published' | 'taken'> {
  const folder = join(at.root, at.below);
  const files = namedFilesOf(record, at.below);
  const temporary = join(folder, recordTemporary);
  // A range without a file has not made it yet.
  const above = files.length === 0 ? await makeFolder(folder) : [];
  // Before the record: what can fail should fail while the range is nobody's yet.
  const made = [...above, ...newlyMade, ...(await makeFolders(at, files))];
  await writeRecord(temporary, record, sync);
  const changed = new Set([...ancestors(folder, at.root), ...made]);
  const recordPath = join(folder, recordName(record.first));
  try {
    if (sync) for (const each of changed) await syncFolder(each);
    await overlaps.check(folder, record);
    for (const { path, temporary: from } of files)
      await checkFile(join(folder, from), join(at.root, path), recordPath);
    await linkRecord(temporary, recordPath);
  } catch (error) {
    await removeFile(temporary);
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    for (const each of files) await removeFile(join(folder, each.temporary));
    return 'taken';
  }
  try {
    await removeFile(temporary);
    await publishFiles(at, files, sync);
  } catch (error) {
    throw new PublicationCutOff(error as NodeJS.ErrnoException);
  }
  return 'published';
}

/** Gives the files of a published record their names; another may have done so with some of them meanwhile. */
export async function publishFiles(
  at: PartitionFolder,
  files: readonly NamedFile[],
  sync: boolean,
): Promise<void> {
  const folder = join(at.root, at.below);
  const made = await makeFolders(at, files);
  const naming = [...foldersOf(at, files)].flatMap((each) => ancestors(each, at.root));
  const changed = new Set([folder, ...naming, ...made]);
  for (const { path, temporary, bytes } of files)
    await publishFile(join(folder, temporary), join(at.root, path), bytes);
  if (sync) for (const each of changed) await syncFolder(each);
}

/** What would make the record one without its data fails before there is one. */
async function checkFile(from: string, to: string, recordPath: string): Promise<void> {
  // Somebody may have moved the folder away, and another segment made it again.
  const { dev } = await stat(from);
  if ((await stat(dirname(to))).dev !== dev) throw onAnotherDisk(dirname(to), dirname(from));
  // Of two writers the other has its name by its record, which our link will meet.
  if ((await isThere(to)) && !(await isSame(from, to)) && !(await isThere(recordPath))) throw nameTaken(to);
}

/** @throws the system's EEXIST where another writer was faster. */
async function linkRecord(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // A file server that died before it could answer has made the link all the same.
    if (!(await isSame(from, to))) throw error;
  }
}

/** @param bytes what the file has. */
async function publishFile(from: string, to: string, bytes: number): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // Who recovers the folder finishes what it finds: then the name is there, and the temporary one may be gone.
    const [ours, named] = [await statOf(from), await statOf(to)];
    if (ours !== null && (error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (ours === null && named === null) throw error;
    if (ours === null ? named?.size !== BigInt(bytes) : !areSame(ours, named)) throw nameTaken(to);
  }
  await removeFile(from);
}

function onAnotherDisk(of: string, written: string): ClientError {
  return new ClientError(
    'OUTPUT',
    `${of} is on another file system than ${written}, where segments are written before they get their names, and no file can go from one to the other at once. Put a folder of the same one in the place of the link or mount, or give another --output-dir or --path; what is not committed comes again.`,
  );
}

/** To take it for ours would throw our data away. */
function nameTaken(path: string): ClientError {
  return new ClientError(
    'OUTPUT',
    `${path} is there already and is not the segment that is to get this name: it was left behind when a record, or the folder of a topic that was made again, was moved away. Move it away too and start again, or give another --output-dir; what is not committed comes again.`,
  );
}

async function isSame(one: string, other: string): Promise<boolean> {
  return areSame(await statOf(one), await statOf(other));
}

function areSame(one: BigIntStats | null, other: BigIntStats | null): boolean {
  return one !== null && one.ino === other?.ino && one.dev === other.dev;
}

/** With numbers of 64 bits, as some file systems give them to their files. */
function statOf(path: string): Promise<BigIntStats | null> {
  return lstat(path, { bigint: true }).catch(() => null);
}

/** That it is gone already is fine. */
async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

/** The folders that files are published in. */
export function foldersOf({ root }: PartitionFolder, files: readonly NamedFile[]): ReadonlySet<string> {
  return new Set(files.map(({ path }) => dirname(join(root, path))));
}

/** @returns the folders that got a new entry by it. */
async function makeFolders(at: PartitionFolder, files: readonly NamedFile[]): Promise<string[]> {
  const changed: string[] = [];
  for (const each of foldersOf(at, files)) changed.push(...(await makeFolder(each)));
  return changed;
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function writeRecord(path: string, record: RangeRecord, sync: boolean): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(formatRecord(record));
    if (sync) await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}
