import type { Connected } from '../broker/connect.ts';
import type { AlertConsumer, ConsumedMessage, PartitionOffset } from '../broker/consumer.ts';
import { readSome } from '../broker/read-some.ts';
import { readSubscription } from '../broker/subscription.ts';
import { Interrupted } from '../signals.ts';
import type { Session } from './session.ts';

/** Offsets at the end of a partition may be transaction markers, which are no messages. */
const MARKERS = 5;
/** Where that was too little (a night of tombstones, transactions that were given up), so many times as far back is looked. */
const FURTHER = 20;
/** No further than this: an answer is wanted soon. */
const FURTHEST = 10_000;

/** Where {@link newestMessages} found none. */
export function noAlertIn(topic: string): string {
  return `There is no alert at the end of ${topic}: it is empty, or its last offsets are tombstones or transactions that were given up.`;
}

/**
 * The newest messages of the topic that the configuration names, the oldest of them first.
 *
 * @throws ClientError TOPIC_UNKNOWN, with similar names; BrokerError; Interrupted
 */
export async function newestMessages(
  { consumer, catalogue }: Connected,
  { config, log, stop }: Session,
  count: number,
): Promise<ConsumedMessage[]> {
  const { partitions } = readSubscription(config.topics.kafkaNames, catalogue, true, log);
  const ends = await Promise.all(
    partitions.map(async (at) => ({ ...at, ...(await consumer.watermarks(at)) })),
  );
  const full = ends.filter(({ low, high }) => high > low);
  let found: ConsumedMessage[];
  for (let back = count + MARKERS; ; back = Math.min(back * FURTHER, FURTHEST)) {
    const places = full.map((at) => ({ ...at, offset: Math.max(at.low, at.high - back) }));
    found = await lastOf(consumer, places, stop, count);
    const isAll = places.every(({ offset, low }) => offset === low);
    if (found.length >= count || isAll || back >= FURTHEST || stop.aborted) break;
  }
  if (stop.aborted) throw new Interrupted(stop, 'the newest messages were not all read');
  return found
    .sort((a, b) => a.timestampMs - b.timestampMs || a.partition - b.partition || a.offset - b.offset)
    .slice(-count);
}

/** The last messages with a value of each partition, up to so many. */
async function lastOf(
  consumer: AlertConsumer,
  places: readonly (PartitionOffset & { readonly high: number })[],
  stop: AbortSignal,
  count: number,
): Promise<ConsumedMessage[]> {
  const partitions = places.map((at) => ({ at, last: [] as ConsumedMessage[] }));
  await readSome(consumer, places, stop, (message) => {
    const read = partitions.find(
      ({ at }) => at.topic === message.topic && at.partition === message.partition,
    );
    if (read === undefined) return 'enough';
    if (message.value !== null) read.last.push(message);
    // All of a long stretch would fill the memory.
    if (read.last.length > count) read.last.shift();
    return message.offset >= read.at.high - 1 ? 'enough' : 'more';
  });
  return partitions.flatMap(({ last }) => last);
}
