import type { PartitionOffset, TopicPartition } from './broker/consumer.ts';
import { partitionKey } from './commit/partition-progress.ts';
import { ClientError } from './errors.ts';
import type { Journal } from './journal/journal.ts';
import type { Segments } from './segment/segments.ts';

/**
 * Segments hold each offset once and in order, so a wish can be met only where it falls into what they hold without a gap (that is not saved
 * again) or where they end.
 *
 * @param next the offset behind the last published one.
 * @throws ClientError OUTPUT
 */
export async function checkSegments(
  segments: Segments,
  at: TopicPartition,
  wish: number,
  next: number,
): Promise<void> {
  const hole = wish < next ? await segments.holeFrom(at, wish) : null;
  if (hole === null && wish <= next) return;
  const [held, why] =
    hole === null
      ? [`up to offset ${next - 1}`, `a gap of ${wish - next} offsets would follow them`]
      : [`from offset ${hole[1] + 1} to ${next - 1}`, 'segments cannot be put before or between them'];
  throw new ClientError(
    'OUTPUT',
    `The output folder holds segments of ${partitionKey(at)} ${held}, and --start-at means ${wish}: ${why}. Give an empty --output-dir.`,
  );
}

/**
 * Reading goes on behind what is published, so all from where it would have gone on must be there: what lies in a hole would be neither read
 * nor saved, and counted as committed.
 *
 * @param from the group's commit, or where our own segments end.
 * @param next the offset behind the last published one.
 * @throws ClientError OUTPUT
 */
export async function checkUnbroken(
  segments: Segments,
  at: TopicPartition,
  from: number,
  next: number,
): Promise<void> {
  const hole = from < next ? await segments.holeFrom(at, from) : null;
  if (hole === null) return;
  throw new ClientError(
    'OUTPUT',
    `The output folder holds segments of ${partitionKey(at)} from offset ${hole[1] + 1} to ${next - 1}, but not offsets ${hole[0]} to ${hole[1]}, which this group comes to next (it is at ${from}): segments cannot be put before or between them. Give another --output-dir, or, if those offsets are saved elsewhere or not wanted, --start-at with a time that lies in what is here.`,
  );
}

/**
 * With one file an alert a name holds its latest message. Who begins and stops before the place that the folder has come to would
 * leave an earlier one there.
 *
 * @param at where reading begins.
 * @param end where it stops; limit: nobody knows, for alerts are counted.
 * @throws ClientError OUTPUT
 */
export async function checkFiles(
  journal: Journal,
  at: PartitionOffset,
  end: number | 'limit',
): Promise<void> {
  // Markers and others that gave no file leave nothing behind that could be earlier.
  const told = await journal.filesEndOf(at);
  if (at.offset >= told || (end !== 'limit' && end >= told)) return;
  const [range, option] =
    end === 'limit'
      ? [`from ${at.offset} on with --limit`, '--limit']
      : [`only up to ${end - 1}`, '--stop-at'];
  throw new ClientError(
    'OUTPUT',
    `The output folder holds alerts of ${partitionKey(at)} up to offset ${told - 1}, and reading again ${range} could leave an earlier message in a later one's file: give another --output-dir, or a --path with {partition} and {offset}, or leave ${option} away.`,
  );
}
