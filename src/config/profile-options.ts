import { ClientError } from '../errors.ts';
import { profileNamed, type Profiles } from '../profiles/known.ts';
import { optionsOf, type Profile } from '../profiles/profile.ts';

export type NamedProfile = Profile & { readonly name: string };

/** @throws ClientError CONFIG where there is no such profile. */
export function chooseProfile(given: unknown, profiles: Profiles): NamedProfile | null {
  if (given === undefined) return null;
  if (typeof given !== 'string')
    throw new ClientError('CONFIG', '--profile takes one name; antares-client profiles lists them.');
  return { name: given, ...profileNamed(given, profiles) };
}

/** What a profile sets, without what makes no sense beside the user's own options. */
export function profileOptions(
  profile: Profile,
  explicit: ReadonlySet<string>,
  mechanism: unknown,
): Record<string, string> {
  const {
    bootstrapServers = '',
    saslOauthTokenUrl = '',
    saslOauthScope = '',
    ...options
  } = optionsOf(profile);
  const given: Record<string, string> = { ...options };
  const hasAddress = explicit.has('host') || explicit.has('port');
  if (bootstrapServers !== '' && !hasAddress) given['bootstrapServers'] = bootstrapServers;
  const otherLogin = mechanism !== undefined && mechanism !== 'OAUTHBEARER';
  if (saslOauthTokenUrl !== '' && !otherLogin) given['saslOauthTokenUrl'] = saslOauthTokenUrl;
  if (saslOauthScope !== '' && !otherLogin) given['saslOauthScope'] = saslOauthScope;
  return given;
}
