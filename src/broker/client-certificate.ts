import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config.ts';
import { ClientError, fileFault, messageOf } from '../errors.ts';

const LOCKED =
  'the key is locked, and the password is wrong or missing: give --ssl-key-password-file or set SSL_KEY_PASSWORD';
const BEGINS_LOCKED = /^(-----BEGIN ENCRYPTED |Proc-Type: 4,ENCRYPTED)/m;

/** What OpenSSL says of a key or a certificate, and what it means. The first that fits counts. */
const causes: readonly (readonly [RegExp, string])[] = [
  [
    /key values mismatch/i,
    '--ssl-key does not belong to --ssl-certificate: give the pair that was made together',
  ],
  [/bad decrypt|pkcs12 cipherfinal|interrupted or cancelled|bad password read|empty password/i, LOCKED],
  [/key too small|md too weak/i, 'it is too weak for today’s TLS: have a new one made'],
];

/**
 * Looks at the client's certificate and key before librdkafka does, whose complaint names neither file.
 *
 * @throws ClientError CONFIG
 */
export function checkClientCertificate(broker: Config['broker']): void {
  if (broker.clientCertificate === null) return;
  const { certificate, key, keyPassword } = broker.clientCertificate;
  const cert = readPem('ssl-certificate', certificate);
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(cert);
  } catch {
    throw new ClientError(
      'CONFIG',
      `--ssl-certificate ${certificate} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).`,
    );
  }
  if (Date.parse(parsed.validTo) < Date.now()) {
    throw new ClientError(
      'CONFIG',
      `--ssl-certificate ${certificate} expired on ${parsed.validTo}: ask the broker's operator for a new one.`,
    );
  }
  const pem = readPem('ssl-key', key);
  try {
    createSecureContext({ cert, key: pem, passphrase: keyPassword ?? undefined });
  } catch (error) {
    // One wrong password in 256 leaves what looks unlocked, and OpenSSL only says that it does not know what that is.
    const other = BEGINS_LOCKED.test(pem)
      ? LOCKED
      : `it is not a private key in PEM form (${messageOf(error)})`;
    const cause = causes.find(([pattern]) => pattern.test(messageOf(error)))?.[1] ?? other;
    throw new ClientError('CONFIG', `--ssl-key ${key} cannot be used: ${cause}.`);
  }
}

function readPem(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ClientError('CONFIG', `--${option} ${path} cannot be read: ${fileFault(error)}.`, {
      cause: error,
    });
  }
}
