import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ancestors } from '../ancestors.ts';
import { ClientError, messageOf } from '../errors.ts';
import { STAMPS_FOLDER } from '../worker/select/stamps.ts';
import { isLeftBehind, isTemporaryName, removeIfThere } from '../temporary.ts';
import { syncFolder } from './durable.ts';
import { foldersOf, type PartitionFolder, publishFiles } from './publish.ts';
import { readRecord } from './read-record.ts';
import { isRecordName, namedFilesOf, type RangeRecord, RECORD_EXTENSION } from './record.ts';

/** Where the published segments of a partition end. */
export interface Published {
  /** The offset behind the last one that is covered. */
  readonly next: number;
  /** The last message that any of them tells of, which may lie well before; null: none does. */
  readonly lastMessage: RangeRecord['lastMessage'];
}

const SEGMENT = /^(\d{20})\.(?!(?:record|stamps)$)/;

/**
 * Looks at what is published of a partition, and finishes what a crash left between record and data. Temporaries are
 * swept whose writer is dead.
 *
 * @param writer this process's name as a writer.
 * @returns null: nothing is published.
 * @throws ClientError OUTPUT naming the record that cannot be believed, or a file that has the name of a segment.
 */
export async function recover(at: PartitionFolder, writer: string): Promise<Published | null> {
  const folder = join(at.root, at.below);
  const found = await filesIn(folder);
  const left = found.filter((name) => isLeftBehind(name, writer));
  // Once more: who was dead by then had published before that what names its temporaries. Of who dies from now on nothing is swept.
  const names = left.length === 0 ? found : await filesIn(folder);
  const records = names.filter(isRecordName).sort();
  await finish(at, names, records);
  const last = records.at(-1);
  const record = last === undefined ? null : await readRecord(folder, last);
  // Names that a killed writer gave may not be on the disk yet, and what is behind them is about to be committed.
  if (record !== null) for (const each of namingFolders(at, record)) await syncFolder(each);
  for (const name of left) removeIfThere(join(folder, name));
  if (record === null) return null;
  const lastMessage = record.lastMessage ?? (await lastMessageOf(folder, records.slice(0, -1)));
  return { next: record.last + 1, lastMessage };
}

/** Of the latest record that has one: ranges of tombstones and markers alone have none. */
async function lastMessageOf(folder: string, records: readonly string[]): Promise<Published['lastMessage']> {
  for (const name of [...records].reverse()) {
    const { lastMessage } = await readRecord(folder, name);
    if (lastMessage !== null) return lastMessage;
  }
  return null;
}

/** Publishes the files of records that have them under their temporary names only. */
async function finish(
  at: PartitionFolder,
  names: readonly string[],
  records: readonly string[],
): Promise<void> {
  const temporaries = new Set(names.filter(isTemporaryName));
  if (temporaries.size === 0) return;
  // A segment that is there may still be without its list of stamps.
  const haveStamps = existsSync(join(at.root, at.below, STAMPS_FOLDER));
  const segments = new Set(names.flatMap((name) => SEGMENT.exec(name)?.[1] ?? []));
  for (const name of records) {
    // Of the last one, which a crash may have cut off, the segment may be another file.
    const isDone = segments.has(name.slice(0, -RECORD_EXTENSION.length)) && name !== records.at(-1);
    if (!haveStamps && isDone) continue;
    const record = await readRecord(join(at.root, at.below), name);
    // A file without its temporary is published; or it was moved away, or is lost: `verify` tells.
    const left = namedFilesOf(record, at.below).filter(({ temporary }) => temporaries.has(temporary));
    if (left.length > 0) await publishFiles(at, left, true);
  }
}

/** The partition's folder, and those of a record's files with all that they are in. Some may have been moved away. */
export function namingFolders(at: PartitionFolder, record: RangeRecord): Set<string> {
  const folders = new Set([join(at.root, at.below)]);
  for (const folder of foldersOf(at, namedFilesOf(record, at.below))) {
    if (existsSync(folder)) for (const each of ancestors(folder, at.root)) folders.add(each);
  }
  return folders;
}

/** A folder that a message named may have the name of a record. */
async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ClientError('OUTPUT', `${folder} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
