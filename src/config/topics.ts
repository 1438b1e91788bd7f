import { ClientError, messageOf } from '../errors.ts';
import { plainPattern } from '../topic-pattern.ts';
import type { Given } from './given.ts';

export interface TopicsConfig {
  /** As Kafka knows them; patterns begin with `^`. */
  readonly kafkaNames: readonly string[];
  /** What Kafka's names begin with and folders do not. */
  readonly prefix: string;
  /** `--partitions`; null: those that the group gives us. */
  readonly partitions: readonly number[] | null;
}

/** @throws ClientError CONFIG where there is none and one is needed. */
export function splitTopics(words: readonly string[], isNeeded: boolean): string[] {
  // A pattern may hold commas: `^ztf_\d{1,3}`.
  const topics = words
    .flatMap((word) => (word.startsWith('^') ? [word] : word.split(',')))
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '');
  if (topics.length > 0 || !isNeeded) return topics;
  throw new ClientError(
    'CONFIG',
    'No topic was given: antares-client TOPICS… --output-dir DIR; antares-client -h explains.',
  );
}

/** @throws ClientError CONFIG where a name cannot be one. */
export function topicsConfig(given: Given, topics: readonly string[], prefix: string): TopicsConfig {
  const kafkaNames = [...new Set(topics.map((topic) => kafkaName(topic, prefix)))];
  return { prefix, kafkaNames, partitions: given.optional('partitions') };
}

function kafkaName(topic: string, prefix: string): string {
  if (!topic.startsWith('^')) {
    if (topic.length > 249 || !/^[\w.-]+$/.test(topic)) {
      throw new ClientError(
        'CONFIG',
        `${topic} is no topic name: letters, digits, ".", "_" and "-" only. A pattern begins with ^.`,
      );
    }
    return topic.startsWith(prefix) ? topic : prefix + topic;
  }
  try {
    new RegExp(topic);
  } catch (error) {
    throw new ClientError(
      'CONFIG',
      `The topic pattern ${topic} is no regular expression: ${messageOf(error)}.`,
    );
  }
  const read = plainPattern(topic);
  if ('unknown' in read) {
    throw new ClientError(
      'CONFIG',
      `The topic pattern ${topic} has ${read.unknown}, which brokers do not know; they know . [] () | * + ? {} ^ $ and \\d \\w \\s.`,
    );
  }
  return prefix === '' ? read.plain : `^${prefix.replaceAll('.', '\\.')}${read.plain.slice(1)}`;
}
