import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ClientError } from '../errors.ts';
import { readRecord, recordsIn } from './read-record.ts';
import { type RangeRecord, recordName } from './record.ts';

/** A look at a folder rests for so many times as long as it took: some 2 ms for a thousand segments, and there may be one a second for years. */
const RESTS = 20;

/**
 * Writers that begin at one offset meet at the name of its record. Another group, which had committed further on elsewhere, may have begun within
 * our range while that was open, or we in its: then no name is the same, and both would save the same offsets.
 *
 * Two groups at a time need `--share-output-dir`, and then each range is looked after. What is left is a writer that was thought dead, in a group
 * whose offsets somebody has set forward: there a look now and then will do.
 */
export class OverlapWatch {
  readonly #isShared: boolean;
  readonly #nowMs: () => number;
  #restsUntilMs = Number.NEGATIVE_INFINITY;

  /** @param isShared whether another group may write there too. */
  constructor(isShared: boolean, nowMs = (): number => performance.now()) {
    this.#isShared = isShared;
    this.#nowMs = nowMs;
  }

  /** Before a range is published. @throws ClientError OUTPUT */
  async check(folder: string, record: RangeRecord): Promise<void> {
    const beganMs = this.#nowMs();
    if (!this.#isShared && beganMs < this.#restsUntilMs) return;
    await checkOverlap(folder, record);
    const endedMs = this.#nowMs();
    this.#restsUntilMs = endedMs + RESTS * (endedMs - beganMs);
  }
}

/** The last offset of a record; -1 where it is gone by now: who archives segments while they are published is no writer. */
async function lastOf(folder: string, name: string): Promise<number> {
  try {
    return (await readRecord(folder, name)).last;
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return -1;
    throw error;
  }
}

async function checkOverlap(folder: string, { topic, partition, first, last }: RangeRecord): Promise<void> {
  const own = recordName(first);
  const names = await recordsIn(folder);
  const before = names.findLast((name) => name < own);
  const within = names.find((name) => name > own && name <= recordName(last));
  const overlaps = within !== undefined || (before !== undefined && (await lastOf(folder, before)) >= first);
  // Who was faster at the same place may have gone on by now: ours is thrown away, as ever.
  if (!overlaps || existsSync(join(folder, own))) return;
  throw new ClientError(
    'OUTPUT',
    `Another writer has published a segment of ${topic}/${partition} among offsets ${first} to ${last}, which this process has read to publish them: its group had come further elsewhere, and both cannot go into one folder. Give another --output-dir; what is not committed comes again.`,
  );
}
