import { ClientError } from '../errors.ts';
import type { StartAt } from '../place.ts';
import { type Run, runsWithout } from '../runs.ts';
import { type AlertConsumer, logicalOffset, type PartitionOffset, type TopicPartition } from './consumer.ts';
import { nothingCommitted } from './given-positions.ts';

/** Where reading of a partition begins. */
export interface StartPosition extends PartitionOffset {
  /** The group's committed offset, or -1. */
  readonly committed: number;
  /** How we come to begin here: behind what is published, at the commit or where another form of output has come to, at what the broker still has, at the group's start, or where the user said. */
  readonly behind: 'segment' | 'commit' | 'expired' | 'start' | 'given';
  /** Read from here, a little before, and look whether it is the same topic. */
  readonly known?: KnownMessage | null;
}

/** A message that was saved as the last one, to be read once more: by it the topic is known again. */
export interface KnownMessage {
  readonly offset: number;
  readonly timestampMs: number;
  readonly bytes: number;
  readonly crc32c: string;
}

/** What decides where partitions begin, beside what the group has committed. */
export interface StartRules {
  /** Where a partition begins that has no committed offset. */
  readonly startAt: StartAt;
  /** Partitions that appeared after the start are read from their beginning, also with `latest`. */
  readonly isNew: (at: TopicPartition) => boolean;
  /** The offset that the user wants, whatever the group has committed; null: none. */
  readonly given?: (at: TopicPartition) => number | null;
  /** Where a partition without a committed offset began when it was ours before; null: it was not. */
  readonly began?: (at: TopicPartition) => number | null;
  /** Where the output of a partition ends: the offset behind the last one in it. */
  readonly publishedEnd?: (at: TopicPartition) => number | null;
  /** What is saved in another form than is written now. */
  readonly savedOtherwise?: FindSavedOtherwise;
  /** Which of the offsets that the broker no longer has came to something here, though the group has not committed them. */
  readonly kept?: FindKept;
}

/**
 * Looks for them.
 *
 * @param run offsets that expired.
 * @param high the partition's end: what reaches beyond it is of another topic of this name.
 * @returns those of which the folder has what became of them, durably.
 */
export type FindKept = (at: TopicPartition, run: Run, high: number) => Promise<readonly Run[]>;

/** What a folder holds of a partition in a form that this run does not write. */
export interface SavedOtherwise {
  /** All from the asked offset up to this one is saved. */
  readonly next: number;
  /** By it the topic is known again; null: where nothing is passed over it need not be. */
  readonly lastMessage: KnownMessage | null;
}

/**
 * Looks for it.
 *
 * @param from the offset that would be read next; null: any, for who begins at the end misses nothing before it.
 * @param high the partition's end: what lies beyond it is of another topic of this name.
 * @returns null: nothing.
 */
export type FindSavedOtherwise = (
  at: TopicPartition,
  from: number | null,
  high: number,
) => Promise<SavedOtherwise | null>;

/** An offset that was the next to be read, and that the broker no longer has. */
export interface OffsetGap extends TopicPartition {
  readonly wanted: number;
  readonly available: number;
  /** How many offsets are gone; null: the wanted one is the committed one and lies beyond the end, so the topic was made again or cut. */
  readonly lost: number | null;
}

/**
 * Finds where newly assigned partitions begin: at the group's committed offset, else at the start or the end of what
 * there is. The broker's own reset never decides, because it would skip expired offsets without a word.
 * Where the files say that more is saved than was committed, the files are right
 * (docs/output-folder.md, "Recovery").
 *
 * @throws BrokerError; ClientError TOPIC_RECREATED where the output holds more than the broker ever had, NO_POSITION where the group has
 * committed nothing and nothing else will do.
 */
export async function startPositions(
  consumer: AlertConsumer,
  partitions: readonly TopicPartition[],
  {
    startAt,
    isNew,
    given = (): null => null,
    began = (): null => null,
    publishedEnd = (): null => null,
    savedOtherwise = (): Promise<null> => Promise.resolve(null),
    kept,
  }: StartRules,
): Promise<{ positions: StartPosition[]; gaps: OffsetGap[] }> {
  const committed = await consumer.committed(partitions);
  const gaps: OffsetGap[] = [];
  const positions = await Promise.all(
    committed.map(async ({ topic, partition, offset: inGroup }): Promise<StartPosition> => {
      const { low, high } = await consumer.watermarks({ topic, partition });
      const at = { topic, partition };
      const published = publishedEnd(at) ?? logicalOffset.NONE;
      if (published > high) throw recreated(at, published, high);
      const wish = given(at);
      if (wish !== null) return wished(at, Math.max(wish, low), inGroup, published, gaps, low);
      const before = inGroup < 0 ? began(at) : null;
      const wanted = Math.max(
        ...[inGroup, published],
        before === null || before > high ? logicalOffset.NONE : before,
      );
      const own = { ...at, committed: Math.max(-1, inGroup) };
      const beginsAtEnd = startAt.kind === 'latest' || startAt.kind === 'committed';
      const from = wanted < 0 && beginsAtEnd && !isNew(at) ? null : Math.max(wanted, low);
      const other = await savedOtherwise(at, from, high);
      // A group may have been killed before it could commit what is here.
      const expected = inGroup >= 0 ? inGroup : wanted;
      const lose = async (): Promise<void> => {
        const expired: Run = [expected, low];
        const here = (await kept?.(at, expired, high)) ?? [[expected, published] as const];
        for (const [first, next] of runsWithout(expired, here))
          gaps.push({ ...at, wanted: first, available: low, lost: next - first });
      };
      if (other !== null && other.next > Math.max(wanted, low)) {
        if (expected >= 0 && expected < low) await lose();
        return { ...own, offset: other.next, behind: 'commit', known: other.lastMessage };
      }
      if (wanted < 0) {
        if (startAt.kind === 'committed' && !isNew(at) && low < high) throw nothingCommitted(at);
        return { ...own, offset: startAt.kind === 'latest' && !isNew(at) ? high : low, behind: 'start' };
      }
      if (wanted >= low && wanted <= high) {
        const known = other?.next === wanted ? other.lastMessage : null;
        const behind = inGroup === wanted ? 'commit' : 'start';
        return { ...own, offset: wanted, behind: published === wanted ? 'segment' : behind, known };
      }
      const isBeyond = wanted > high;
      if (isBeyond) gaps.push({ ...at, wanted, available: low, lost: null });
      else await lose();
      // A commit beyond the end says nothing; what is published still does.
      if (published >= low) return { ...own, offset: published, committed: -1, behind: 'segment' };
      return { ...own, offset: low, committed: -1, behind: isBeyond ? 'start' : 'expired' };
    }),
  );
  return { positions, gaps };
}

/**
 * The user says where. What is published is not saved again: reading begins behind it, and whether it holds all from the wish on is for
 * its owner to check. The group's offset goes there too, be it back or forth.
 */
function wished(
  at: TopicPartition,
  wish: number,
  inGroup: number,
  published: number,
  gaps: OffsetGap[],
  low: number,
): StartPosition {
  const wanted = published < 0 ? wish : published;
  const offset = Math.max(wanted, low);
  if (offset > wanted) gaps.push({ ...at, wanted, available: low, lost: low - wanted });
  const committed = inGroup > offset ? -1 : Math.max(-1, inGroup);
  if (published < 0) return { ...at, offset, committed, behind: 'given' };
  return { ...at, offset, committed, behind: offset > wanted ? 'expired' : 'segment' };
}

/** A topic that was deleted and made again is not the one that the files hold. */
function recreated(at: TopicPartition, published: number, high: number): ClientError {
  return new ClientError(
    'TOPIC_RECREATED',
    `The output folder holds ${at.topic}/${at.partition} up to offset ${published - 1}, but the topic ends before ${high}: it was deleted and made again, or cut. Give another --output-dir.`,
  );
}

/** A sentence on a gap. */
export function gapText({ topic, partition, wanted, available, lost }: OffsetGap): string {
  return lost === null
    ? `The committed offset ${wanted} of ${topic}/${partition} lies beyond its end: the topic was made again or cut. Its first offset now is ${available}.`
    : `${lost} offsets of ${topic}/${partition} are lost: reading was to go on at ${wanted}, but the broker keeps them only from ${available} on.`;
}
