import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { ClientError, fileFault } from '../errors.ts';

/** The certificate of the ANTARES cluster's own authority, shipped with the client. */
export const antaresCaFile: string = fileURLToPath(
  new URL('../../../certs/antares-kafka-ca.pem', import.meta.url),
);

/** Where the original looked, in its order; on another system `openssl version -d` says. */
const KNOWN_PLACES = [
  '/opt/local/etc/openssl/cert.pem',
  '/usr/local/etc/openssl/cert.pem',
  '/etc/pki/tls/cert.pem',
  '/etc/ssl/certs/ca-certificates.crt',
];

/** The file of authorities to trust, and why it. */
export interface CaChoice {
  readonly path: string;
  readonly why: string;
}

/** Chooses the CA file: the given one, the shipped one for ANTARES, else the original's search. Null: none was found, librdkafka tries its own. */
export function chooseCa({
  caLocation,
  isAntares,
}: Pick<Config['broker'], 'caLocation' | 'isAntares'>): CaChoice | null {
  if (caLocation !== null) return { path: caLocation, why: 'as given' };
  if (isAntares) return { path: antaresCaFile, why: "the ANTARES cluster's own, shipped with the client" };
  const known = KNOWN_PLACES.find((place) => existsSync(place));
  if (known !== undefined) return { path: known, why: "the system's" };
  const asked = askOpenssl();
  return asked === null ? null : { path: asked, why: 'found by asking openssl' };
}

/**
 * Looks at the given CA file before librdkafka does, which tries one without a certificate for ever and does not name it. A folder
 * is left to librdkafka.
 *
 * @throws ClientError CONFIG
 */
export function checkCa({ caLocation }: Pick<Config['broker'], 'caLocation'>): void {
  if (caLocation === null) return;
  let certificates: string[];
  try {
    // What comes out of a pipe can be read only once.
    if (!statSync(caLocation).isFile()) return;
    certificates = certificatesIn(caLocation);
  } catch (error) {
    throw new ClientError('CONFIG', `--ssl-ca-location ${caLocation} cannot be read: ${fileFault(error)}.`, {
      cause: error,
    });
  }
  if (certificates.some(isCertificate)) return;
  throw new ClientError(
    'CONFIG',
    `--ssl-ca-location ${caLocation} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----).`,
  );
}

/** Every file of authorities that this machine is known to have, beside the one that was chosen. */
export function otherCaFiles(chosen: string | null): string[] {
  const asked = askOpenssl();
  const files = [
    ...KNOWN_PLACES.filter((place) => existsSync(place)),
    ...(asked === null ? [] : [asked]),
    antaresCaFile,
  ];
  return [...new Set(files)].filter((file) => file !== chosen);
}

/** Whether a file holds the shipped certificate and no other: only then may the host's name go unchecked (SECURITY.md). */
export function holdsOnlyAntaresCa(path: string): boolean {
  try {
    const [own] = fingerprints(antaresCaFile);
    const found = fingerprints(path);
    return found.length === 1 && found[0] === own;
  } catch {
    return false;
  }
}

function fingerprints(path: string): string[] {
  return certificatesIn(path).map((certificate) => new X509Certificate(certificate).fingerprint256);
}

/** Not parsed yet. */
function certificatesIn(path: string): string[] {
  const pem = readFileSync(path, 'utf8');
  return pem.match(/-----BEGIN [^-]*CERTIFICATE-----[^-]*-----END [^-]*CERTIFICATE-----/g) ?? [];
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function askOpenssl(): string | null {
  try {
    const answer = execFileSync('openssl', ['version', '-d'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    });
    const dir = /OPENSSLDIR: "(.*)"/.exec(answer)?.[1];
    const file = dir === undefined ? null : join(dir, 'cert.pem');
    return file !== null && existsSync(file) ? file : null;
  } catch {
    return null;
  }
}
