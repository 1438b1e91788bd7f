import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError, messageOf } from '../errors.ts';
import { sweepTemporaries } from '../temporary.ts';
import { syncFolder } from './durable.ts';
import { publishData } from './publish.ts';
import { parseRecord, RECORD_EXTENSION, type SegmentRecord } from './record.ts';

/** Where the published segments of a partition end. */
export interface Published {
  /** The offset behind the last one that is covered. */
  readonly next: number;
  readonly lastMessage: SegmentRecord['lastMessage'];
}

const SEGMENT = /^(\d{20})\.(?!record$)/;

/**
 * Looks at what is published in a partition's folder, and finishes what a crash left between record and data. Temporaries are
 * swept whose writer is dead.
 *
 * @param writer this process's name as a writer.
 * @returns null: nothing is published.
 * @throws ClientError OUTPUT naming the record that cannot be believed.
 */
export async function recover(folder: string, writer: string): Promise<Published | null> {
  const names = await namesIn(folder);
  const bases = new Set(names.flatMap((name) => SEGMENT.exec(name)?.[1] ?? []));
  const records = names.filter((name) => name.endsWith(RECORD_EXTENSION)).sort();
  for (const name of records) {
    if (bases.has(name.slice(0, -RECORD_EXTENSION.length))) continue;
    const record = await readRecord(folder, name);
    // Without either the segment was moved away, or is lost; `verify` tells.
    if (!names.includes(record.temporary)) continue;
    await publishData(folder, record);
  }
  // Names that a killed writer gave may not be on the disk yet, and what is behind them is about to be committed.
  if (records.length > 0) await syncFolder(folder);
  if (names.length > 0) sweepTemporaries(folder, writer, []);
  const last = records.at(-1);
  if (last === undefined) return null;
  const record = await readRecord(folder, last);
  return { next: record.last + 1, lastMessage: record.lastMessage };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ClientError('OUTPUT', `${folder} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

/** @throws ClientError OUTPUT */
export async function readRecord(folder: string, name: string): Promise<SegmentRecord> {
  try {
    return parseRecord(await readFile(join(folder, name), 'utf8'));
  } catch (error) {
    throw new ClientError(
      'OUTPUT',
      `${join(folder, name)} cannot be believed (${messageOf(error)}), so nobody knows where to go on. antares-client verify tells more; with the record and its segment moved away the offsets are read again.`,
      { cause: error },
    );
  }
}
