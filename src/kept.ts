import { join } from 'node:path';
import type { FindKept } from './broker/start-position.ts';
import type { Config } from './config.ts';
import { Journal } from './journal/journal.ts';
import { coveredIn } from './segment/covered.ts';
import { topicFolder } from './worker/name/topic-folder.ts';

/**
 * What the output folder has of offsets that expired on the broker, as files or in segments: who was killed before it could commit them has lost
 * none of those.
 *
 * @returns null: there is no folder, or nothing of it counts.
 */
export function findKept({ output, topics, dryRun }: Config): FindKept | null {
  const { dir } = output;
  if (dir === null || dryRun) return null;
  const folderOf = (topic: string): string => topicFolder(topic, topics.prefix);
  const journal = new Journal(dir, folderOf, output.durability === 'disk');
  return async (at, run, high) => {
    const inSegments = await coveredIn(join(dir, folderOf(at.topic), `${at.partition}`), run, high);
    return [...(await journal.kept(at, run, high)), ...inSegments];
  };
}
