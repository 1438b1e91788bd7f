import type { Connected } from '../broker/connect.ts';
import type { ConsumedMessage } from '../broker/consumer.ts';
import { readSome } from '../broker/read-some.ts';
import { readSubscription } from '../broker/subscription.ts';
import { Interrupted } from '../signals.ts';
import type { Session } from './session.ts';

/** Offsets at the end of a partition may be transaction markers, which are no messages. */
const MARKERS = 5;

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
  const found: ConsumedMessage[] = [];
  await readSome(
    consumer,
    full.map(({ topic, partition, low, high }) => ({
      topic,
      partition,
      offset: Math.max(low, high - count - MARKERS),
    })),
    stop,
    (message) => {
      if (message.value !== null) found.push(message);
      const end = full.find(
        ({ topic, partition }) => topic === message.topic && partition === message.partition,
      );
      return message.offset >= (end?.high ?? 0) - 1 ? 'enough' : 'more';
    },
  );
  if (stop.aborted) throw new Interrupted(stop, 'the newest messages were not all read');
  return found
    .sort((a, b) => a.timestampMs - b.timestampMs || a.partition - b.partition || a.offset - b.offset)
    .slice(-count);
}
