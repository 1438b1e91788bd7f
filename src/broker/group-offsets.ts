import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError } from '../errors.ts';
import { classify } from './classify.ts';
import type { AlertConsumer, BrokerError, PartitionOffset, TopicPartition } from './consumer.ts';

const ATTEMPTS = 10;
const PAUSE_MS = 500;

/**
 * What a group has committed, asked by who does not join it. A broker that has just started, or a group that nobody used yet, is "not
 * coordinated" for a moment.
 *
 * @throws ClientError saying what the broker refuses.
 */
export async function groupOffsets(
  consumer: AlertConsumer,
  partitions: readonly TopicPartition[],
): Promise<PartitionOffset[]> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await consumer.committed(partitions);
    } catch (error) {
      const { kind, error: code, sentence } = classify(error as BrokerError, 'connecting');
      // The connection stands. A user without any right to a group is not told who coordinates it, and waits.
      if (kind === 'unreachable')
        throw new ClientError(
          'BROKER_AUTHORIZATION',
          'The broker does not tell the offsets of the group; that is how it looks where the user has no right to the group: give another one with --group; some brokers want it to begin with the user name.',
          { cause: error },
        );
      if (kind !== 'transient' || left <= 1) throw new ClientError(code, sentence, { cause: error });
    }
    await sleep(PAUSE_MS);
  }
}
