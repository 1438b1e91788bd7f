import { type AlertConsumer, logicalOffset, type PartitionOffset, type TopicPartition } from './consumer.ts';

/** Where reading of a partition begins. */
export interface StartPosition extends PartitionOffset {
  /** The group's committed offset, or -1. */
  readonly committed: number;
  /** Why there: the group began here, had committed up to here, or what it wanted had expired. */
  readonly behind: 'start' | 'commit' | 'expired';
}

/** A committed offset that the broker no longer has. */
export interface OffsetGap extends TopicPartition {
  readonly wanted: number;
  readonly available: number;
  /** How many offsets are gone; null: the committed one lies beyond the end, so the topic was made again or cut. */
  readonly lost: number | null;
}

/**
 * Finds where newly assigned partitions begin: at the group's committed offset, else at the start or the end of what
 * there is. The broker's own reset never decides, because it would skip expired offsets without a word (contract, 5).
 *
 * @param startAt where a partition begins that has no committed offset.
 * @param isNew partitions that appeared after the start are read from their beginning, also with `latest`.
 * @throws BrokerError
 */
export async function startPositions(
  consumer: AlertConsumer,
  partitions: readonly TopicPartition[],
  startAt: 'earliest' | 'latest',
  isNew: (at: TopicPartition) => boolean,
): Promise<{ positions: StartPosition[]; gaps: OffsetGap[] }> {
  const committed = await consumer.committed(partitions);
  const gaps: OffsetGap[] = [];
  const positions = await Promise.all(
    committed.map(async ({ topic, partition, offset: wanted }) => {
      const { low, high } = await consumer.watermarks({ topic, partition });
      const at = { topic, partition };
      if (wanted === logicalOffset.NONE || wanted < 0) {
        const offset = startAt === 'latest' && !isNew(at) ? high : low;
        return { ...at, offset, committed: -1, behind: 'start' as const };
      }
      if (wanted >= low && wanted <= high)
        return { ...at, offset: wanted, committed: wanted, behind: 'commit' as const };
      gaps.push({ ...at, wanted, available: low, lost: wanted < low ? low - wanted : null });
      return {
        ...at,
        offset: low,
        committed: -1,
        behind: wanted < low ? ('expired' as const) : ('start' as const),
      };
    }),
  );
  return { positions, gaps };
}

/** A sentence on a gap. */
export function gapText({ topic, partition, wanted, available, lost }: OffsetGap): string {
  return lost === null
    ? `The committed offset ${wanted} of ${topic}/${partition} lies beyond its end: the topic was made again or cut. Its first offset now is ${available}.`
    : `${lost} offsets of ${topic}/${partition} are lost: ${wanted} was committed, but the broker keeps them only from ${available} on.`;
}
