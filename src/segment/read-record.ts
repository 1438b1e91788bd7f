import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError, messageOf } from '../errors.ts';
import { isRecordName, parseRecord, type RangeRecord } from './record.ts';

/**
 * The names of a folder's records, in the order of their offsets. A layout may have its folders there too, which messages name.
 *
 * @throws Error what the system said.
 */
export async function recordsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(isRecordName).sort();
}

/** Reads a record by which it is known where to go on. @throws ClientError OUTPUT naming one that cannot be believed. */
export async function readRecord(folder: string, name: string): Promise<RangeRecord> {
  try {
    return parseRecord(await readFile(join(folder, name), 'utf8'));
  } catch (error) {
    throw new ClientError(
      'OUTPUT',
      `${join(folder, name)} cannot be believed (${messageOf(error)}), so nobody knows where to go on. antares-client verify tells more; with the record and all its files moved away the offsets are read again.`,
      { cause: error },
    );
  }
}
