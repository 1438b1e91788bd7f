import { ClientError } from '../errors.ts';
import type { FlagValue } from '../flags.ts';
import { areLoopback } from '../loopback.ts';
import { rememberSecret } from '../secrets.ts';
import type { Given } from './given.ts';

export interface DecodeConfig {
  readonly format: FlagValue<'format'>;
  readonly registry: string | null;
  readonly registryAuth: string | null;
  readonly registryCa: string | null;
  readonly schemaDir: string | null;
  readonly schemaCache: string | null;
}

/** @throws ClientError CONFIG */
export function decodeConfig(given: Given): DecodeConfig {
  checkWebAddresses(given);
  return {
    format: given.value('format'),
    registry: given.optional('schema-registry'),
    registryAuth: given.optional('schema-registry-auth'),
    registryCa: given.path('schema-registry-ca'),
    schemaDir: given.folder('schema-dir'),
    schemaCache: given.optional('schema-cache'),
  };
}

/** Passwords have their own options, which are not shown; and they go out only where nobody listens in. */
function checkWebAddresses({ values: given }: Given): void {
  rememberSecret(given['schema-registry-auth']?.replace(/^[^:]*:/, ''));
  for (const name of ['schema-registry', 'sasl-oauth-token-url'] as const) {
    const { username = '', password = '' } = given[name] === undefined ? {} : new URL(given[name]);
    if (username === '' && password === '') continue;
    const instead =
      name === 'schema-registry'
        ? 'SCHEMA_REGISTRY_AUTH'
        : '--sasl-oauth-client-id and SASL_OAUTH_CLIENT_SECRET';
    throw new ClientError('CONFIG', `--${name} must not hold a user or a password: use ${instead}.`);
  }
  const registry = given['schema-registry'] === undefined ? null : new URL(given['schema-registry']);
  const open = registry?.protocol === 'http:' && !areLoopback(registry.host);
  if (open && given['schema-registry-auth'] !== undefined && given.unsafe !== true) {
    throw new ClientError(
      'CONFIG',
      `With http:// the registry's password would go over the network in the clear to ${registry.host}; give an https:// address as --schema-registry, or --unsafe.`,
    );
  }
}
