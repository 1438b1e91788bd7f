import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../errors.ts';
import { readRecord } from './read-record.ts';
import { isRecordName, type RangeRecord, recordName } from './record.ts';

/**
 * Writers that begin at one offset meet at the name of its record. Another group, which had committed further on elsewhere, may have begun within
 * our range while that was open, or we in its: then no name is the same, and both would save the same offsets.
 *
 * @throws ClientError OUTPUT
 */
export async function checkOverlap(
  folder: string,
  { topic, partition, first, last }: RangeRecord,
): Promise<void> {
  const own = recordName(first);
  const names = (await readdir(folder)).filter(isRecordName).sort();
  const before = names.findLast((name) => name < own);
  const within = names.find((name) => name > own && name <= recordName(last));
  const overlaps =
    within !== undefined || (before !== undefined && (await readRecord(folder, before)).last >= first);
  // Who was faster at the same place may have gone on by now: ours is thrown away, as ever.
  if (!overlaps || existsSync(join(folder, own))) return;
  throw new ClientError(
    'OUTPUT',
    `Another writer has published a segment of ${topic}/${partition} among offsets ${first} to ${last}, which this process has read to publish them: its group had come further elsewhere, and both cannot go into one folder. Give another --output-dir; what is not committed comes again.`,
  );
}
