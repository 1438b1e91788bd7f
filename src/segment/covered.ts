import { type Run, runsWithout } from '../runs.ts';
import { readRecord, recordsIn } from './read-record.ts';
import { recordName } from './record.ts';
import type { Published } from './recover.ts';

/** The first and the last of offsets that no record covers. */
export type Hole = readonly [from: number, to: number];

/**
 * The last hole between an offset and the end of what is published; null: all from there on is covered. What had expired when its turn came is no
 * hole: nobody can read it any more. Reads records from the newest on, and no further back than it must.
 *
 * @throws ClientError OUTPUT naming the record that cannot be believed.
 */
export async function holeFrom(folder: string, wanted: number): Promise<Hole | null> {
  const records = await recordsIn(folder);
  let first = wanted;
  for (const name of records.reverse()) {
    const record = await readRecord(folder, name);
    if (record.last + 1 < first) return [Math.max(wanted, record.last + 1), first - 1];
    if (record.first <= wanted || record.behind === 'expired') return null;
    first = record.first;
  }
  return first > wanted ? [wanted, first - 1] : null;
}

/** What records say of a partition from an offset on. */
export interface Covered {
  /** As far as they reach from there without a hole; null: they do not. */
  readonly published: Published | null;
  /** The first hole; null: there is none. */
  readonly hole: Hole | null;
}

/**
 * How far records reach from an offset on. What had expired is no hole.
 *
 * @throws ClientError OUTPUT naming the record that cannot be believed.
 */
export async function coveredFrom(folder: string, wanted: number): Promise<Covered> {
  const records = await recordsIn(folder);
  const begin = records.findLastIndex((name) => name <= recordName(wanted));
  let next = wanted;
  let lastMessage: Published['lastMessage'] = null;
  let hole: Hole | null = null;
  for (const name of records.slice(Math.max(0, begin))) {
    const record = await readRecord(folder, name);
    // Whatever was before it the broker had no longer.
    if (record.behind === 'expired') hole = null;
    else if (record.first > next) hole ??= [next, record.first - 1];
    if (hole !== null || record.last < next) continue;
    next = record.last + 1;
    lastMessage = record.lastMessage ?? lastMessage;
  }
  return { published: next > wanted ? { next, lastMessage } : null, hole };
}

/**
 * Which offsets of a run records cover; expired ones they only tell of.
 *
 * @param high no offset is beyond it: a record that reaches further is of another topic, and so are those before it.
 * @returns in order; none where there is no such folder.
 * @throws ClientError OUTPUT naming the record that cannot be believed.
 */
export async function coveredIn(folder: string, [wanted, next]: Run, high: number): Promise<Run[]> {
  const records = await recordsIn(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  });
  const begin = records.findLastIndex((name) => name <= recordName(wanted));
  const newest = records.at(-1);
  if (newest !== undefined && (await readRecord(folder, newest)).last >= high) return [];
  const runs: Run[] = [];
  for (const name of records.slice(Math.max(0, begin))) {
    const { first, last, absent } = await readRecord(folder, name);
    if (first >= next) break;
    const expired = absent.flatMap(([why, from, to]): Run[] => (why === 'expired' ? [[from, to + 1]] : []));
    runs.push(...runsWithout([Math.max(first, wanted), Math.min(last + 1, next)], expired));
  }
  return runs;
}
