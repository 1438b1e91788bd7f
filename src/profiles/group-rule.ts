import { ClientError } from '../errors.ts';
import type { Profile } from './profile.ts';

/**
 * The group's name as its broker wants it: who gave none gets one that fits, one that does not fit is refused before the broker
 * does, with an error that says less.
 *
 * @param group null: none was given.
 * @param fallback the group where there is no rule.
 * @throws ClientError CONFIG with the cure.
 */
export function groupFor(
  profile: Profile | null,
  name: string,
  user: string | null,
  group: string | null,
  fallback: string,
): string {
  const begins = user === null ? undefined : profile?.groupPrefix?.replace('{user}', user);
  if (begins === undefined) return group ?? fallback;
  const fitting = `${begins}${begins.endsWith('-') ? '' : '-'}${group ?? fallback}`;
  if (group === null) return fitting;
  if (group.startsWith(begins)) return group;
  throw new ClientError(
    'CONFIG',
    `The broker of the profile ${name} takes only groups that begin with ${begins}, and this is ${group}: say --group ${fitting}.`,
  );
}
