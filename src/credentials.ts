import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config, Values } from './config.ts';
import { ClientError } from './errors.ts';
import { readSecretFile, rememberSecret, warnWhereOthersRead } from './secrets.ts';

type Broker = Config['broker'];
type Credentials = Pick<
  Broker,
  'securityProtocol' | 'saslMechanism' | 'username' | 'password' | 'oauth' | 'clientCertificate'
>;

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
 * How the client shows who it is: with a key and a secret, with tokens, with a certificate, or not at all.
 *
 * @param warn is told of files that others can read, and of what is not used.
 * @throws ClientError CONFIG naming what is missing or does not fit.
 */
export function readCredentials(
  given: Values,
  isAntares: boolean,
  warn: (text: string) => void,
): Credentials {
  const saslMechanism = given['sasl-mechanism'] ?? 'PLAIN';
  const { username, password } = readKey(given, warn);
  const oauth = readOauth(given, saslMechanism === 'OAUTHBEARER', warn);
  const clientCertificate = readClientCertificate(given, warn);
  const hasLogin = username !== null || oauth !== null;
  if (isAntares && !hasLogin) {
    throw new ClientError(
      'CONFIG',
      'The ANTARES cluster wants credentials: give --api-key and --api-secret, or set ANTARES_KAFKA_API_KEY and ANTARES_KAFKA_API_SECRET, or keep them with antares-client auth add antares; for another broker give --bootstrap-servers.',
    );
  }
  if (oauth !== null && username !== null) warn('The API key is not used: OAUTHBEARER logs in with tokens.');
  const withoutLogin = clientCertificate === null ? 'plaintext' : 'ssl';
  const securityProtocol = given['security-protocol'] ?? (hasLogin ? 'sasl_ssl' : withoutLogin);
  if (securityProtocol.startsWith('sasl') && !hasLogin) {
    const { profile } = given;
    throw new ClientError(
      'CONFIG',
      profile === undefined
        ? `--security-protocol ${securityProtocol} needs --api-key and --api-secret.`
        : `The broker of the profile ${profile} wants credentials: keep them with antares-client auth add ${profile}, or give --api-key and --api-secret-file.`,
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

function readKey(given: Values, warn: (text: string) => void): Pick<Broker, 'username' | 'password'> {
  const username = given['api-key'] ?? null;
  const password = readSecret(given, 'api-secret', warn);
  if ((username === null) !== (password === null)) {
    throw new ClientError(
      'CONFIG',
      username === null
        ? 'There is an API secret but no key: give --api-key or set ANTARES_KAFKA_API_KEY.'
        : 'There is an API key but no secret: give --api-secret or --api-secret-file, or set ANTARES_KAFKA_API_SECRET.',
    );
  }
  return { username, password };
}

function readOauth(given: Values, isWanted: boolean, warn: (text: string) => void): Broker['oauth'] {
  const tokenUrl = given['sasl-oauth-token-url'];
  const clientId = given['sasl-oauth-client-id'];
  const clientSecret = readSecret(given, 'sasl-oauth-client-secret', warn);
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
      clientSecret === null ? '--sasl-oauth-client-secret-file (or SASL_OAUTH_CLIENT_SECRET)' : '',
    ].filter((name) => name !== '');
    const stored = given.profile === undefined ? '' : `; or antares-client auth add ${given.profile}`;
    throw new ClientError(
      'CONFIG',
      `--sasl-mechanism OAUTHBEARER also needs ${missing.join(' and ')}${stored}.`,
    );
  }
  return { tokenUrl, clientId, clientSecret, scope: given['sasl-oauth-scope'] ?? null };
}

function readClientCertificate(given: Values, warn: (text: string) => void): Broker['clientCertificate'] {
  const certificate = existing(given, 'ssl-certificate');
  const key = existing(given, 'ssl-key');
  const keyPassword = readSecret(given, 'ssl-key-password', warn);
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
  if (keyPassword === null) warnWhereOthersRead(key, warn);
  return { certificate, key, keyPassword };
}

function existing(given: Values, name: 'ssl-certificate' | 'ssl-key'): string | null {
  const path = given[name];
  if (path === undefined) return null;
  if (!existsSync(path)) throw new ClientError('CONFIG', `--${name} ${path} does not exist.`);
  return resolve(path);
}

/** Given directly, or in a file. */
function readSecret(given: Values, name: SecretName, warn: (text: string) => void): string | null {
  const fileName = `${name}-file` as const;
  const file = given[fileName];
  const secret = given[name] ?? (file === undefined ? null : readSecretFile(fileName, file, warn));
  rememberSecret(secret ?? undefined);
  return secret;
}
