import { ClientError, messageOf } from '../errors.ts';
import type { AlertConsumer, ConsumedMessage, PartitionOffset, TopicPartition } from './consumer.ts';

/** Properties to read a few messages with, not a stream: nothing is fetched ahead. */
export const modestReading = { 'queued.min.messages': '1', 'fetch.message.max.bytes': '65536' } as const;

const BATCH = 100;
const READ_TIMEOUT_MS = 100;
/** Of a broker that answered a moment ago. */
const SILENCE_MS = 20_000;

/**
 * Reads from these places on, outside of any group: nothing is subscribed to and nothing committed. A partition is through when `take`
 * says `enough` of it, or at its end.
 *
 * @throws ClientError BROKER_UNREACHABLE when nothing comes for a while; BrokerError, such as that the topic may not be read.
 */
export async function readSome(
  consumer: AlertConsumer,
  places: readonly PartitionOffset[],
  stop: AbortSignal,
  take: (message: ConsumedMessage) => 'more' | 'enough',
): Promise<void> {
  const open = new Map(places.map((at) => [keyOf(at), at]));
  let trouble = '';
  let heardMs = performance.now();
  const finish = (at: TopicPartition): void => {
    if (open.delete(keyOf(at))) consumer.pause([at]);
  };
  // Told within consume(), before the messages that it gives.
  const ended: TopicPartition[] = [];
  consumer.onPartitionEnd = (end) => {
    ended.push(end);
  };
  consumer.onTrouble = (text) => {
    trouble = ` (${text})`;
  };
  consumer.assign(places);
  while (open.size > 0 && !stop.aborted) {
    const before = open.size;
    const messages = await consumeUngrouped(consumer, BATCH, READ_TIMEOUT_MS);
    for (const message of messages)
      if (open.has(keyOf(message)) && take(message) === 'enough') finish(message);
    for (const end of ended.splice(0)) finish(end);
    if (messages.length > 0 || open.size < before) heardMs = performance.now();
    if (performance.now() - heardMs < SILENCE_MS) continue;
    const [at] = open.keys();
    throw new ClientError(
      'BROKER_UNREACHABLE',
      `The broker gave nothing of ${at ?? ''} for ${SILENCE_MS / 1000} s${trouble}.`,
    );
  }
  // A pause would outlast the assignment.
  consumer.resume(places);
  consumer.unassign(places);
}

/**
 * Up to `count` messages of partitions that were taken by hand. What the group may not is nothing to who does not join it.
 *
 * @throws BrokerError
 */
export async function consumeUngrouped(
  consumer: AlertConsumer,
  count: number,
  timeoutMs: number,
): Promise<ConsumedMessage[]> {
  try {
    return await consumer.consume(count, timeoutMs);
  } catch (error) {
    if (/Group authorization/i.test(messageOf(error))) return [];
    throw error;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
