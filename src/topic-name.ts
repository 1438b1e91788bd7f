/** The topic as folders and people know it: without the prefix of the cluster's names. */
export function stripPrefix(topic: string, prefix: string): string {
  return topic.startsWith(prefix) ? topic.slice(prefix.length) : topic;
}
