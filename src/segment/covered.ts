import { readdir } from 'node:fs/promises';
import { readRecord } from './recover.ts';
import { RECORD_EXTENSION } from './record.ts';

/**
 * Where the unbroken run of offsets begins that ends with the last published one. Reads records from the newest on, and no further back than
 * it must.
 *
 * @param wanted whether the run reaches down to here is all that is asked.
 * @throws ClientError OUTPUT naming the record that cannot be believed.
 */
export async function coveredFrom(folder: string, wanted: number): Promise<number> {
  const records = (await readdir(folder)).filter((name) => name.endsWith(RECORD_EXTENSION)).sort();
  let first = Number.POSITIVE_INFINITY;
  for (const name of records.reverse()) {
    if (first <= wanted) break;
    const record = await readRecord(folder, name);
    if (first !== Number.POSITIVE_INFINITY && record.last + 1 !== first) break;
    first = record.first;
  }
  return first;
}
