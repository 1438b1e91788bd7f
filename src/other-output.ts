import { join } from 'node:path';
import type { TopicPartition } from './broker/consumer.ts';
import type { FindSavedOtherwise } from './broker/start-position.ts';
import { partitionKey } from './commit/partition-progress.ts';
import type { Config } from './config.ts';
import { ClientError } from './errors.ts';
import { Journal } from './journal/journal.ts';
import type { AlertLine } from './journal/parse.ts';
import type { Log } from './log.ts';
import { coveredFrom } from './segment/covered.ts';
import { type Published, recover } from './segment/recover.ts';
import { topicFolder } from './worker/name/topic-folder.ts';

/**
 * How far a partition is saved in the form that this run does not write: files where it writes segments, and the other way round. --output may be
 * another than before, and what the last run saved and was killed before it could commit stands there. What does not reach down to
 * where reading goes on is no reason to begin behind it: it came there another way (`--replay`, another group), and what lies between is not here.
 *
 * @param writer this process's name as a writer.
 * @returns throws ClientError OUTPUT where files have a hole: segments hold each offset once, and could not go on to where those begin again.
 */
export function findSavedOtherwise(
  { output, topics, dryRun }: Config,
  writer: string,
  log: Log,
): FindSavedOtherwise {
  const { dir, form } = output;
  if (dir === null || dryRun) return () => Promise.resolve(null);
  const folderOf = (topic: string): string => topicFolder(topic, topics.prefix);
  if (form === 'json') return inSegments(dir, folderOf, writer, log);
  return inFiles(new Journal(dir, folderOf, output.durability === 'disk'), form);
}

function inFiles(journal: Journal, form: string): FindSavedOtherwise {
  return async (at, from, high) => {
    const tail = await journal.tailFrom(at, from);
    if (tail === null || tail.next > high) return null;
    if (tail.hole !== null) throw hole(at, from ?? 0, tail.hole, tail.next - 1, form);
    if (tail.next === from) return tail;
    if (tail.lastMessage === null) throw unknown(at, tail.next - 1, form);
    const lost = await journal.keep(at, tail.files);
    if (lost !== null) throw notKept(at, lost, tail.next - 1, form);
    return tail;
  };
}

function hole(
  at: TopicPartition,
  from: number,
  [first, last]: readonly [number, number],
  end: number,
  form: string,
): ClientError {
  return new ClientError(
    'OUTPUT',
    `The output folder holds alerts of ${partitionKey(at)} from offset ${last + 1} to ${end}, one file an alert, but not offsets ${first} to ${last}, which this group comes to next (it is at ${from}): with --output ${form} it would pass over these or hold those twice. Go on with --output json to behind offset ${end} before you change it, or give another --output-dir.`,
  );
}

function notKept(at: TopicPartition, { path, offset }: AlertLine, end: number, form: string): ClientError {
  return new ClientError(
    'OUTPUT',
    `${path} is not there, or not what the journal of ${partitionKey(at)} tells of offset ${offset}, which the group has not committed: a power cut may have taken it, or somebody has moved or changed it. Go on with --output json to behind offset ${end}, which saves it again, before you change it to ${form}; or give another --output-dir.`,
  );
}

function unknown(at: TopicPartition, end: number, form: string): ClientError {
  return new ClientError(
    'OUTPUT',
    `The output folder holds alerts of ${partitionKey(at)} up to offset ${end}, one file an alert, but its journal, of an earlier version, does not say of which message that is: nobody can tell whether the topic was made again since. Go on with --output json to behind offset ${end} before you change it to ${form}, or give another --output-dir.`,
  );
}

function inSegments(
  dir: string,
  folderOf: (topic: string) => string,
  writer: string,
  log: Log,
): FindSavedOtherwise {
  return async (at, from, high) => {
    const below = `${folderOf(at.topic)}/${at.partition}`;
    const published = await recoverIfThere(dir, below, writer);
    if (published === null || published.next > high) return null;
    if (from === null || published.next <= from) return published;
    const covered = await coveredFrom(join(dir, below), from);
    if (covered.hole !== null) {
      const [first, last] = covered.hole;
      log.warn(
        `${partitionKey(at)}: the segments here end at offset ${published.next - 1}, but do not hold offsets ${first} to ${last}: reading begins at ${first}, and what they hold behind that will be here twice, as files too.`,
      );
    }
    return covered.published;
  };
}

async function recoverIfThere(dir: string, below: string, writer: string): Promise<Published | null> {
  try {
    return await recover({ root: dir, below }, writer);
  } catch (error) {
    // A folder that cannot be read now cannot be written to either, and is waited for then.
    if (isOfFolder((error as Error).cause)) return null;
    throw error;
  }
}

function isOfFolder(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.syscall === 'scandir';
}
