import type { FlagName } from './flags.ts';

/** Options that say how to speak to a broker. */
export const loginOptions: readonly FlagName[] = [
  'api-key',
  'api-secret',
  'api-secret-file',
  'security-protocol',
  'sasl-mechanism',
  'ssl-ca-location',
  'ssl-certificate',
  'ssl-key',
  'ssl-key-password',
  'ssl-key-password-file',
  'sasl-oauth-token-url',
  'sasl-oauth-client-id',
  'sasl-oauth-client-secret',
  'sasl-oauth-client-secret-file',
  'sasl-oauth-scope',
  'property',
  'unsafe',
  'connect-timeout',
];

/** And where it is. */
export const brokerOptions: readonly FlagName[] = [
  'profile',
  'host',
  'port',
  'bootstrap-servers',
  'group',
  ...loginOptions,
];

/** Options that say where schemas are. */
export const schemaOptions: readonly FlagName[] = [
  'schema-registry',
  'schema-registry-auth',
  'schema-registry-ca',
  'schema-dir',
  'schema-cache',
];

/** Options that say how alerts are read and shown. */
export const decodeOptions: readonly FlagName[] = ['format', 'indent', 'non-finite', ...schemaOptions];

/** Options of every tool. */
export const commonOptions: readonly FlagName[] = ['config', 'verbose', 'quiet', 'log-format'];
