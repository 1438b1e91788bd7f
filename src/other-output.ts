import type { TopicPartition } from './broker/consumer.ts';
import type { Config } from './config.ts';
import { Journal } from './journal/journal.ts';
import { recover } from './segment/recover.ts';
import { topicFolder } from './worker/name/topic-folder.ts';

/**
 * Where a partition ends in the form that this run does not write: files where it writes segments, and the other way round. --output may be
 * another than before, and what the last run saved and was killed before it could commit stands there.
 *
 * @param writer this process's name as a writer.
 * @returns the offset behind the last one; 0: the folder holds nothing in that form.
 */
export function endInOtherOutput(
  { output, topics, dryRun }: Config,
  writer: string,
): (at: TopicPartition) => Promise<number> {
  const { dir, form } = output;
  if (dir === null || dryRun) return () => Promise.resolve(0);
  const folderOf = (topic: string): string => topicFolder(topic, topics.prefix);
  if (form !== 'json') {
    const journal = new Journal(dir, folderOf, false);
    return (at) => journal.endOf(at);
  }
  return async ({ topic, partition }) => {
    try {
      return (await recover({ root: dir, below: `${folderOf(topic)}/${partition}` }, writer))?.next ?? 0;
    } catch (error) {
      // A folder that cannot be read now cannot be written to either, and is waited for then.
      if (isOfFolder((error as Error).cause)) return 0;
      throw error;
    }
  };
}

function isOfFolder(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.syscall === 'scandir';
}
