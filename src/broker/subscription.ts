import type { Log } from '../log.ts';
import { ClientError } from '../errors.ts';
import type { TopicCatalogue, TopicPartition } from './consumer.ts';
import { isPattern, matchTopics, partitionsOf, similarNames } from './topics.ts';

/** What was there to read when the client started. */
export interface Subscription {
  /** Every partition of every topic that matched. */
  readonly partitions: readonly TopicPartition[];
  /** Partitions that appeared after the start: read from their beginning even with `latest`. */
  readonly isNew: (at: TopicPartition) => boolean;
}

/**
 * Holds the topics that are wanted against those that are there. A literal topic that does not exist may be tonight's, so it is waited
 * for, with one warning; with `--until-end` there is nothing to wait for.
 *
 * @throws ClientError TOPIC_UNKNOWN
 */
export function readSubscription(
  wanted: readonly string[],
  catalogue: TopicCatalogue,
  mustExist: boolean,
  log: Log,
): Subscription {
  const { found, missing } = matchTopics(wanted, catalogue);
  for (const topic of missing) {
    const similar = similarNames(topic, catalogue.keys());
    const hint = similar.length > 0 ? ` Similar: ${similar.join(', ')}.` : '';
    if (mustExist) {
      throw new ClientError(
        'TOPIC_UNKNOWN',
        `The topic ${topic} does not exist, or this user may not see it; antares-client topics lists those that are there.${hint}`,
      );
    }
    log.warn(`The topic ${topic} does not exist (yet), or this user may not see it; waiting for it.${hint}`);
  }
  const patterns = wanted.filter(isPattern);
  if (found.length === 0 && patterns.length > 0) {
    log.warn(`No topic matches ${patterns.join(', ')} yet; new topics are looked for every 10 s.`);
  }
  const partitions = partitionsOf(found, catalogue);
  const known = new Set(partitions.map(({ topic, partition }) => `${topic}/${partition}`));
  return { partitions, isNew: ({ topic, partition }) => !known.has(`${topic}/${partition}`) };
}
