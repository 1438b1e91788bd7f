import { distance } from 'fastest-levenshtein';
import type { TopicCatalogue, TopicPartition } from './consumer.ts';

/** Whether a subscription entry is a pattern. */
export function isPattern(topic: string): boolean {
  return topic.startsWith('^');
}

/** What of a subscription is there now, and which literal topics are not. Internal topics never match a pattern. */
export function matchTopics(
  subscription: readonly string[],
  catalogue: TopicCatalogue,
): { found: string[]; missing: string[] } {
  const found = new Set<string>();
  const missing: string[] = [];
  for (const wanted of subscription) {
    if (isPattern(wanted)) {
      const pattern = new RegExp(wanted);
      for (const name of catalogue.keys()) {
        if (!name.startsWith('__') && pattern.test(name)) found.add(name);
      }
    } else if ((catalogue.get(wanted) ?? 0) > 0) {
      found.add(wanted);
    } else {
      missing.push(wanted);
    }
  }
  return { found: [...found], missing };
}

/** Every partition of the topics. */
export function partitionsOf(topics: readonly string[], catalogue: TopicCatalogue): TopicPartition[] {
  return topics.flatMap((topic) =>
    Array.from({ length: catalogue.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
  );
}

const MOST_SIMILAR = 3;

/** Names that somebody may have meant, the nearest first. */
export function similarNames(name: string, names: Iterable<string>): string[] {
  return [...names]
    .filter((other) => !other.startsWith('__'))
    .map((other) => ({
      other,
      far: nameWithin(name, other) ? 1 : distance(name, other),
    }))
    .filter(({ far }) => far <= Math.max(2, name.length / 3))
    .sort((a, b) => a.far - b.far)
    .slice(0, MOST_SIMILAR)
    .map(({ other }) => other);
}

function nameWithin(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 4 && long.includes(short);
}
