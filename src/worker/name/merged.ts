/** What a template of paths may give one name to; null: only to an alert that comes again. A field of the alert is taken for its name. */
export function mergedBy(
  template: string,
  topics: readonly string[],
): 'alerts' | 'partitions' | 'topics' | null {
  const has = (field: string): boolean => template.includes(`{${field}}`);
  const isNamed = has('alert_id') || /\{[^{}]*\.[^{}]*\}/.test(template);
  if (!isNamed && !has('offset')) return 'alerts';
  if (!isNamed && !has('partition')) return 'partitions';
  const isOneTopic = topics.length === 1 && !topics.some((topic) => topic.startsWith('^'));
  return has('topic') || isOneTopic ? null : 'topics';
}
