import { stripPrefix } from '../../topic-name.ts';
import { escapeName, escapeOwnFolder } from './escape.ts';

/** The folder of a topic: below the output folder, and in each of those where the client keeps something of topics. */
export function topicFolder(topic: string, prefix: string): string {
  return escapeOwnFolder(escapeName(stripPrefix(topic, prefix)));
}
