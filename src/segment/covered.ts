import { readdir } from 'node:fs/promises';
import { readRecord } from './read-record.ts';
import { RECORD_EXTENSION } from './record.ts';

/** The first and the last of offsets that no record covers. */
export type Hole = readonly [from: number, to: number];

/**
 * The last hole between an offset and the end of what is published; null: all from there on is covered. What had expired when its turn came is no
 * hole: nobody can read it any more. Reads records from the newest on, and no further back than it must.
 *
 * @throws ClientError OUTPUT naming the record that cannot be believed.
 */
export async function holeFrom(folder: string, wanted: number): Promise<Hole | null> {
  const records = (await readdir(folder)).filter((name) => name.endsWith(RECORD_EXTENSION)).sort();
  let first = wanted;
  for (const name of records.reverse()) {
    const record = await readRecord(folder, name);
    if (record.last + 1 < first) return [Math.max(wanted, record.last + 1), first - 1];
    if (record.first <= wanted || record.behind === 'expired') return null;
    first = record.first;
  }
  return first > wanted ? [wanted, first - 1] : null;
}
