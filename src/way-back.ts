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
  const first = wish <= next ? await segments.coveredFrom(at, wish) : next;
  if (wish >= first && wish <= next) return;
  const [held, why] =
    wish > next
      ? [`up to offset ${next - 1}`, `a gap of ${wish - next} offsets would follow them`]
      : [`from offset ${first} to ${next - 1}`, 'segments cannot be put before or between them'];
  throw new ClientError(
    'OUTPUT',
    `The output folder holds segments of ${partitionKey(at)} ${held}, and --start-at means ${wish}: ${why}. Give an empty --output-dir.`,
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
  const told = await journal.endOf(at);
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
