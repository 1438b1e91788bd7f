import { ClientError } from '../errors.ts';
import { readSecretFile, rememberSecret, warnWhereOthersRead } from '../secrets.ts';
import type { Given } from './given.ts';
import type { NamedProfile } from './profile-options.ts';

/** How the client shows who it is. */
export interface Credentials {
  readonly securityProtocol: 'plaintext' | 'ssl' | 'sasl_plaintext' | 'sasl_ssl';
  readonly saslMechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';
  readonly username: string | null;
  readonly password: string | null;
  /** Set with OAUTHBEARER, and only then. */
  readonly oauth: {
    readonly tokenUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly scope: string | null;
  } | null;
  /** What the client shows to brokers that want a certificate of it. Paths of PEM files. */
  readonly clientCertificate: {
    readonly certificate: string;
    readonly key: string;
    readonly keyPassword: string | null;
  } | null;
}

/** Those of a command that asks no broker. */
export const noCredentials: Credentials = {
  securityProtocol: 'plaintext',
  saslMechanism: 'PLAIN',
  username: null,
  password: null,
  oauth: null,
  clientCertificate: null,
};

type SecretName = 'api-secret' | 'ssl-key-password' | 'sasl-oauth-client-secret';

/**
 * The user shows who they are with a key and a secret, with tokens, with a certificate, or not at all. Warns of files that others
 * can read, and of what is not used.
 *
 * @throws ClientError CONFIG naming what is missing or does not fit.
 */
export function readCredentials(given: Given, isAntares: boolean, profile: NamedProfile | null): Credentials {
  const saslMechanism = given.value('sasl-mechanism');
  const { username, password } = readKey(given);
  const keptFor = loginKeptFor(profile);
  const oauth = readOauth(given, saslMechanism === 'OAUTHBEARER', keptFor);
  const clientCertificate = readClientCertificate(given);
  const hasLogin = username !== null || oauth !== null;
  if (isAntares && !hasLogin) {
    throw new ClientError(
      'CONFIG',
      `The ANTARES cluster wants credentials: ${given.advice(
        'give --api-key and --api-secret, or set ANTARES_KAFKA_API_KEY and ANTARES_KAFKA_API_SECRET, or keep them with antares-client auth add antares',
        'give --api-key and --api-secret',
      )}; for another broker give --bootstrap-servers.`,
    );
  }
  if (oauth !== null && username !== null)
    given.warn('The API key is not used: OAUTHBEARER logs in with tokens.');
  const withoutLogin = clientCertificate === null ? 'plaintext' : 'ssl';
  const securityProtocol = given.optional('security-protocol') ?? (hasLogin ? 'sasl_ssl' : withoutLogin);
  if (securityProtocol.startsWith('sasl') && !hasLogin) {
    throw new ClientError(
      'CONFIG',
      keptFor === null
        ? `--security-protocol ${securityProtocol} needs --api-key and --api-secret.`
        : `The broker of the profile ${keptFor} wants credentials: ${given.advice(
            `keep them with antares-client auth add ${keptFor}, or give --api-key and --api-secret-file`,
            'give --api-key and --api-secret',
          )}.`,
    );
  }
  if (clientCertificate !== null && !securityProtocol.endsWith('ssl')) {
    throw new ClientError(
      'CONFIG',
      `--ssl-certificate is shown only over TLS, and --security-protocol is ${securityProtocol}: use ssl or sasl_ssl.`,
    );
  }
  return { securityProtocol, saslMechanism, username, password, oauth, clientCertificate };
}

/** The profile that `antares-client auth add` keeps a login for; null: none was chosen, or it knows no login by itself. */
function loginKeptFor(profile: NamedProfile | null): string | null {
  const takesLogin = (profile?.securityProtocol ?? 'sasl').startsWith('sasl');
  return takesLogin ? (profile?.name ?? null) : null;
}

function readKey(given: Given): Pick<Credentials, 'username' | 'password'> {
  const username = given.optional('api-key');
  const password = readSecret(given, 'api-secret');
  if ((username === null) !== (password === null)) {
    throw new ClientError(
      'CONFIG',
      username === null
        ? `There is an API secret but no key: ${given.advice('give --api-key or set ANTARES_KAFKA_API_KEY', 'give --api-key')}.`
        : `There is an API key but no secret: ${given.advice(
            'give --api-secret or --api-secret-file, or set ANTARES_KAFKA_API_SECRET',
            'give --api-secret',
          )}.`,
    );
  }
  return { username, password };
}

function readOauth(given: Given, isWanted: boolean, keptFor: string | null): Credentials['oauth'] {
  const { 'sasl-oauth-token-url': tokenUrl, 'sasl-oauth-client-id': clientId } = given.values;
  const clientSecret = readSecret(given, 'sasl-oauth-client-secret');
  if (!isWanted) {
    if (tokenUrl === undefined && clientId === undefined) return null;
    throw new ClientError(
      'CONFIG',
      `${tokenUrl === undefined ? '--sasl-oauth-client-id' : '--sasl-oauth-token-url'} is for --sasl-mechanism OAUTHBEARER; give that too.`,
    );
  }
  if (tokenUrl === undefined || clientId === undefined || clientSecret === null) {
    const missing = [
      tokenUrl === undefined ? '--sasl-oauth-token-url' : '',
      clientId === undefined ? '--sasl-oauth-client-id' : '',
      clientSecret === null
        ? given.advice(
            '--sasl-oauth-client-secret-file (or SASL_OAUTH_CLIENT_SECRET)',
            '--sasl-oauth-client-secret',
          )
        : '',
    ].filter((name) => name !== '');
    const stored = keptFor === null ? '' : given.advice(`; or antares-client auth add ${keptFor}`, '');
    throw new ClientError(
      'CONFIG',
      `--sasl-mechanism OAUTHBEARER also needs ${missing.join(' and ')}${stored}.`,
    );
  }
  return { tokenUrl, clientId, clientSecret, scope: given.optional('sasl-oauth-scope') };
}

function readClientCertificate(given: Given): Credentials['clientCertificate'] {
  const certificate = given.path('ssl-certificate');
  const key = given.path('ssl-key');
  const keyPassword = readSecret(given, 'ssl-key-password');
  if (certificate === null && key === null) return null;
  if (certificate === null || key === null) {
    throw new ClientError(
      'CONFIG',
      certificate === null
        ? '--ssl-key needs the certificate that belongs to it: give --ssl-certificate.'
        : '--ssl-certificate needs the private key that belongs to it: give --ssl-key.',
    );
  }
  // A key behind a password is of no use to others.
  if (keyPassword === null) warnWhereOthersRead(key, given.warn);
  return { certificate, key, keyPassword };
}

/** Given directly, or in a file. */
function readSecret(given: Given, name: SecretName): string | null {
  const fileName = `${name}-file` as const;
  const file = given.optional(fileName);
  const secret =
    given.optional(name) ??
    (file === null ? null : readSecretFile(given.named(fileName, file), file, given.warn));
  rememberSecret(secret ?? undefined);
  return secret;
}
