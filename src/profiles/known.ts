import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { didYouMean } from '../did-you-mean.ts';
import { ClientError } from '../errors.ts';
import { type Profile, profileName, profileSchema } from './profile.ts';

const folder = fileURLToPath(new URL('../../../profiles', import.meta.url));

/** Profiles by name. */
export type Profiles = ReadonlyMap<string, Profile>;

/**
 * The profiles that come with the client, and the user's own, which replace one of the same name.
 *
 * @param own `profiles` of a configuration file.
 * @param file names that file in errors.
 * @throws ClientError CONFIG
 */
export function knownProfiles(own: unknown = {}, file = ''): Profiles {
  const profiles = new Map<string, Profile>();
  for (const name of readdirSync(folder).sort()) {
    const content: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    profiles.set(name.replace(/\.json$/, ''), v.parse(profileSchema, content));
  }
  const parsed = v.safeParse(v.record(profileName, profileSchema), own);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new ClientError(
      'CONFIG',
      `profiles.${v.getDotPath(issue) ?? ''} in ${file} cannot be used: ${issue.message}. antares-client profiles --json shows what they look like.`,
    );
  }
  for (const [name, profile] of Object.entries(parsed.output)) profiles.set(name, profile);
  return profiles;
}

/** @throws ClientError CONFIG naming what was meant. */
export function profileNamed(name: string, profiles: Profiles): Profile {
  const profile = profiles.get(name);
  if (profile !== undefined) return profile;
  throw new ClientError(
    'CONFIG',
    `There is no profile ${name}${didYouMean(name, [...profiles.keys()])} antares-client profiles lists them.`,
  );
}
