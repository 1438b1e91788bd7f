import { ClientError } from '../errors.ts';
import type { StartAt } from '../place.ts';
import type { AlertConsumer, PartitionOffset, TopicPartition } from './consumer.ts';

/**
 * The offsets that `--start-at` names, found once at the start. Each holds until the broker has confirmed a commit of ours behind it: a partition that
 * comes back to us in a later rebalance goes on where it was, and one that was taken away before begins there again. Partitions that
 * appear later have none.
 */
export class GivenPositions {
  readonly #offsets: Map<string, number>;

  constructor(offsets: Iterable<PartitionOffset> = []) {
    this.#offsets = new Map([...offsets].map((at) => [keyOf(at), at.offset]));
  }

  /** Whether any was given, and is not used up yet: by us, or by the members that have the others. */
  get any(): boolean {
    return this.#offsets.size > 0;
  }

  /** null: what the group has committed decides. */
  of(at: TopicPartition): number | null {
    return this.#offsets.get(keyOf(at)) ?? null;
  }

  /** The partition was given to us, and the group has the place, or one behind it. */
  usedUp(at: TopicPartition): void {
    this.#offsets.delete(keyOf(at));
  }
}

/**
 * Looks up what a place means in each partition.
 *
 * @param partitions all partitions of the topics, also those that other members have.
 * @throws BrokerError; ClientError NO_POSITION where the group has committed nothing.
 */
export async function findGivenPositions(
  consumer: AlertConsumer,
  startAt: StartAt,
  partitions: readonly TopicPartition[],
): Promise<GivenPositions> {
  const ranges = await Promise.all(
    partitions.map(async ({ topic, partition }) => ({
      topic,
      partition,
      ...(await consumer.watermarks({ topic, partition })),
    })),
  );
  const at = (offsetOf: (range: Range) => number): GivenPositions =>
    new GivenPositions(
      ranges.map((range) => ({ topic: range.topic, partition: range.partition, offset: offsetOf(range) })),
    );
  switch (startAt.kind) {
    case 'earliest':
      return at(({ low }) => low);
    case 'latest':
      return at(({ high }) => high);
    case 'committed': {
      const committed = new GivenPositions(
        (await consumer.committed(partitions)).filter(({ offset }) => offset >= 0),
      );
      return at((range) => {
        const offset = committed.of(range) ?? (range.low < range.high ? null : range.low);
        if (offset === null) throw nothingCommitted(range);
        return offset;
      });
    }
    case 'time': {
      const found = new Map(
        (await consumer.offsetsForTime(partitions, startAt.timeMs)).map((each) => [keyOf(each), each.offset]),
      );
      return at((range) => found.get(keyOf(range)) ?? range.high);
    }
    case 'last': {
      const shares = sharesByTopic(ranges, startAt.messages);
      return at((range) => range.high - (shares.get(keyOf(range)) ?? 0));
    }
  }
}

/** Nothing is guessed where somebody asked for the group's own offset. */
export function nothingCommitted({ topic, partition }: TopicPartition): ClientError {
  return new ClientError(
    'NO_POSITION',
    `The group has committed no offset of ${topic}/${partition}, and --start-at committed begins nowhere else: give another --group, or --start-at earliest or latest.`,
  );
}

/**
 * Shares out the last so many messages over partitions, as evenly as can be: a partition that holds less than its share leaves the rest
 * to the others, and what cannot be divided goes to the first ones.
 *
 * @param available how many offsets each holds.
 */
export function shareOut(messages: number, available: readonly number[]): number[] {
  const shares = available.map(() => 0);
  let left = Math.min(
    messages,
    available.reduce((sum, each) => sum + each, 0),
  );
  while (left > 0) {
    const open = shares.flatMap((share, i) => (share < (available[i] as number) ? [i] : []));
    const each = Math.floor(left / open.length);
    for (const i of open) {
      const more = Math.min(Math.max(1, each), (available[i] as number) - (shares[i] as number), left);
      shares[i] = (shares[i] as number) + more;
      left -= more;
    }
  }
  return shares;
}

interface Range extends TopicPartition {
  readonly low: number;
  readonly high: number;
}

function sharesByTopic(ranges: readonly Range[], messages: number): Map<string, number> {
  const shares = new Map<string, number>();
  for (const topic of new Set(ranges.map((range) => range.topic))) {
    const own = ranges.filter((range) => range.topic === topic);
    const each = shareOut(
      messages,
      own.map(({ low, high }) => high - low),
    );
    own.forEach((range, i) => shares.set(keyOf(range), each[i] as number));
  }
  return shares;
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
