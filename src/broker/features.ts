import { ClientError } from '../errors.ts';
import { features } from './kafka.ts';

/** What librdkafka may lack, the Debian package whose headers were missing when it compiled, and what it is for. */
const cures = {
  ssl: { package: 'libssl-dev', use: 'TLS' },
  zstd: { package: 'libzstd-dev', use: 'messages compressed with zstd' },
  sasl_scram: { package: 'libssl-dev', use: 'SCRAM passwords' },
  sasl_gssapi: { package: 'libsasl2-dev', use: 'Kerberos' },
  oidc: { package: 'libcurl4-openssl-dev', use: 'OpenID Connect tokens' },
} as const;

/** A feature that can be missing. */
export type Feature = keyof typeof cures;

/** What this build of librdkafka lacks. It is built without a word where a header is missing. */
export function missingFeatures(): Feature[] {
  return (Object.keys(cures) as Feature[]).filter((feature) => !features.includes(feature));
}

/** One sentence on what is missing and how to get it. */
export function cureFor(missing: readonly Feature[]): string {
  const uses = missing.map((feature) => `${feature} (${cures[feature].use})`).join(', ');
  const packages = [...new Set(missing.map((feature) => cures[feature].package))].join(' ');
  return `librdkafka was built without ${uses}: its headers were missing. Cure: sudo apt-get install ${packages} && npm rebuild node-rdkafka`;
}

/** @throws ClientError MISSING_FEATURE when a setting needs what this build lacks. */
export function requireFeatures(needed: readonly Feature[]): void {
  const missing = needed.filter((feature) => missingFeatures().includes(feature));
  if (missing.length > 0) throw new ClientError('MISSING_FEATURE', `${cureFor(missing)}.`);
}
