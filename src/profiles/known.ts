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
  const parsed = v.safeParse(v.record(profileName, profileSchema, 'an object'), own);
  if (!parsed.success) {
    // A key with a slip is one too many and one too few.
    const issue = parsed.issues.find(isSurplus) ?? parsed.issues[0];
    const what = ['profiles', v.getDotPath(issue)].filter(Boolean).join('.');
    const why = isSurplus(issue)
      ? 'there is no such key'
      : issue.received === 'undefined'
        ? 'it is missing'
        : `it must be ${issue.message}`;
    throw new ClientError(
      'CONFIG',
      `${what} in ${file} cannot be used: ${why}. antares-client profiles --json shows what they look like.`,
    );
  }
  for (const [name, profile] of Object.entries(parsed.output)) profiles.set(name, profile);
  return profiles;
}

function isSurplus({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never';
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
