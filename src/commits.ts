import type { Config } from './config.ts';
import { ClientError } from './errors.ts';

/** How this configuration commits: as a member of the group, for partitions taken by hand, or not at all. */
export function commitsOf({ broker, dryRun, topics }: Config): 'as-member' | 'by-hand' | 'never' {
  if (broker.replay || dryRun) return 'never';
  return topics.partitions === null ? 'as-member' : 'by-hand';
}

/** With `--partitions` nobody divides them but the user, and a group whose members share them takes no offsets from outside. */
export function groupInUse(group: string): ClientError {
  return new ClientError(
    'GROUP_IN_USE',
    `The group ${group} has members that share its partitions, so the broker takes no offsets from who reads with --partitions: give another --group. What was saved since the last commit comes again.`,
  );
}
