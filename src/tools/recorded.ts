import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ClientError, messageOf } from '../errors.ts';
import { parseRecord } from '../segment/record.ts';
import type { Message } from '../worker/message.ts';
import { readRawSegment } from './raw-segment.ts';

/** One partition of an output folder of raw segments. */
export interface RecordedPartition {
  /** As Kafka knows it. */
  readonly topic: string;
  readonly partition: number;
  /** All of its segments, in offset order. @throws Error naming the file. */
  messages(): AsyncGenerator<Message>;
}

/** @throws ClientError where the folder, or a record, cannot be read. */
export function recordedPartitions(dir: string): RecordedPartition[] {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ClientError('USAGE', `There is no folder ${dir}.`);
  return foldersIn(dir)
    .filter((topic) => !topic.startsWith('_') && !topic.startsWith('.'))
    .flatMap((folder) =>
      foldersIn(join(dir, folder))
        .filter((name) => /^\d+$/.test(name))
        .map((name) => recordedPartition(join(dir, folder, name), folder, Number(name))),
    )
    .filter((found) => found !== null);
}

function recordedPartition(path: string, folder: string, partition: number): RecordedPartition | null {
  const segments = readdirSync(path)
    .filter((name) => /^\d{20}\.raw$/.test(name))
    .sort();
  const [first] = segments;
  if (first === undefined) return null;
  const topic = topicOf(join(path, first.replace(/\.raw$/, '.record'))) ?? folder;
  return {
    topic,
    partition,
    messages: async function* () {
      for (const name of segments) {
        try {
          yield* readRawSegment(join(path, name), topic, partition);
        } catch (error) {
          throw new Error(`${join(path, name)}: ${messageOf(error)}`, { cause: error });
        }
      }
    },
  };
}

/** Folders spell some names in another way; records do not. */
function topicOf(record: string): string | null {
  if (!existsSync(record)) return null;
  try {
    return parseRecord(readFileSync(record, 'utf8')).topic;
  } catch (error) {
    throw new ClientError('BAD_MESSAGE', `${record} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

function foldersIn(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
