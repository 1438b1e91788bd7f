import { link, open, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './durable.ts';
import { formatRecord, recordName, type SegmentRecord } from './record.ts';

/** A segment whose data is whole, under its temporary name. */
export interface Unpublished {
  readonly record: SegmentRecord;
  /** A temporary name for the record, in the same folder. */
  readonly recordTemporary: string;
  /** Further folders whose entries are new. */
  readonly newlyMade: readonly string[];
}

/**
 * Publishes a segment in the order of docs/output-folder.md: its record by `link()`, which only one of two writers can, then its
 * data.
 *
 * @param sync whether each step must be on the disk before the next.
 * @returns `taken`: another writer published a segment that begins at the same offset. Ours is thrown away.
 * @throws the system's error; then nothing is known to be durable.
 */
export async function publishSegment(
  folder: string,
  { record, recordTemporary, newlyMade }: Unpublished,
  sync: boolean,
): Promise<'published' | 'taken'> {
  const temporary = join(folder, recordTemporary);
  await writeRecord(temporary, record, sync);
  if (sync) for (const changed of new Set([folder, ...newlyMade])) await syncFolder(changed);
  try {
    await link(temporary, join(folder, recordName(record.first)));
  } catch (error) {
    await unlink(temporary);
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await unlink(join(folder, record.temporary));
    return 'taken';
  }
  await unlink(temporary);
  await publishData(folder, record);
  if (sync) await syncFolder(folder);
  return 'published';
}

/** Gives the data of a published record its name; another may have done so meanwhile. */
export async function publishData(folder: string, { temporary, segment }: SegmentRecord): Promise<void> {
  const [from, to] = [join(folder, temporary), join(folder, segment)];
  try {
    await link(from, to);
  } catch (error) {
    // Who recovers the folder finishes what it finds: then the name is there, and the temporary one may be gone.
    if (
      !(await stat(to).then(
        () => true,
        () => false,
      ))
    )
      throw error;
  }
  await unlink(from).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

async function writeRecord(path: string, record: SegmentRecord, sync: boolean): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(formatRecord(record));
    if (sync) await file.sync();
  } finally {
    await file.close();
  }
}
