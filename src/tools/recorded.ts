import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ClientError, messageOf } from '../errors.ts';
import { filesOf, isRecordName, parseRecord, type RangeRecord } from '../segment/record.ts';
import { foldersIn, topicFoldersIn } from '../verify/tree.ts';
import type { Message } from '../worker/message.ts';
import { readAvroSegment } from './avro-segment.ts';
import { readRawSegment } from './raw-segment.ts';

/** One partition of an output folder of raw or Avro segments. */
export interface RecordedPartition {
  /** As Kafka knows it. */
  readonly topic: string;
  readonly partition: number;
  /** How many messages the records tell of; null: a segment has no record. */
  readonly count: number | null;
  /** All of its segments, in offset order. @throws Error naming the file. */
  messages(): AsyncGenerator<Message>;
}

/**
 * @param onOther is told each segment of another form, by its path: only raw and Avro ones hold messages.
 * @throws ClientError where the folder, or a record, cannot be read, or where a file that a record tells of is gone.
 */
export function recordedPartitions(
  dir: string,
  onOther: (file: string) => void = () => undefined,
): RecordedPartition[] {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ClientError('USAGE', `There is no folder ${dir}.`);
  const onGone = (below: string): never => {
    throw new ClientError(
      'BAD_MESSAGE',
      `${join(dir, below)} is a link to something that is not there, so nobody knows which segments are missing.`,
    );
  };
  return topicFoldersIn(dir, onGone)
    .flatMap((folder) =>
      foldersIn(join(dir, folder), (name) => onGone(join(folder, name)))
        .filter((name) => /^\d+$/.test(name))
        .map((name) => recordedPartition(dir, join(folder, name), onOther)),
    )
    .filter((found) => found !== null);
}

/** @param below the partition's folder, below the output folder. */
function recordedPartition(
  dir: string,
  below: string,
  onOther: (file: string) => void,
): RecordedPartition | null {
  const partition = Number(basename(below));
  const path = join(dir, below);
  const records = readdirSync(path)
    .filter(isRecordName)
    .sort()
    .map((name) => readRecord(join(path, name)));
  const counts = new Map(
    records.flatMap((record) => filesOf(record, below).map((file) => [join(dir, file.path), file.alerts])),
  );
  for (const file of counts.keys())
    if (isReplayed(file)) checkThere(file);
    else onOther(file);
  const files = readdirSync(path)
    .filter((name) => isRecordName(name) || /^\d{20}\.(raw|avro)$/.test(name))
    .sort()
    .flatMap((name) => (isRecordName(name) ? layoutFiles(dir, join(path, name)) : [join(path, name)]));
  if (files.length === 0) return null;
  // Folders spell some names in another way; records do not.
  const topic = records[0]?.topic ?? dirname(below);
  return {
    topic,
    partition,
    count: files.every((file) => counts.has(file))
      ? files.reduce((sum, file) => sum + (counts.get(file) ?? 0), 0)
      : null,
    messages: async function* () {
      for (const file of files) {
        try {
          const read = file.endsWith('.raw') ? readRawSegment : readAvroSegment;
          yield* read(file, topic, partition);
        } catch (error) {
          throw new Error(`${file}: ${messageOf(error)}`, { cause: error });
        }
      }
    },
  };
}

function isReplayed(file: string): boolean {
  return /\.(raw|avro)$/.test(file);
}

/** What is sent without it cannot be sent again with it: all that is there would then come twice. */
function checkThere(file: string): void {
  if (existsSync(file)) return;
  throw new ClientError(
    'BAD_MESSAGE',
    `${file} is not there, and a record tells of it; nothing was sent. antares-client verify tells all that is gone.`,
  );
}

/** The files of a range that `--path` divided, one behind the other: which offsets theirs are nobody knows. */
function layoutFiles(dir: string, path: string): string[] {
  const record = readRecord(path);
  if (record.format !== 2) return [];
  return filesOf(record, '')
    .filter((file) => file.path.endsWith('.avro'))
    .map((file) => join(dir, file.path));
}

function readRecord(path: string): RangeRecord {
  try {
    return parseRecord(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ClientError('BAD_MESSAGE', `${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}
