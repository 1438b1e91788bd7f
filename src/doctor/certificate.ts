import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { connect, type DetailedPeerCertificate, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { checkCa, chooseCa, holdsOnlyAntaresCa, otherCaFiles } from '../broker/ca.ts';
import { explainCertificate } from '../broker/certificate-trouble.ts';
import type { ServerAddress } from '../server-address.ts';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import { type Finding, fault, faultOf, ok, warning } from './finding.ts';

const HANDSHAKE_TIMEOUT_MS = 5_000;
const SOON_MS = 14 * 86_400_000;

/** Node's words for what only the host's name is about. */
const WRONG_HOST = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** What a handshake told. */
interface Handshake {
  /** Null: the certificate is good. */
  readonly trouble: string | null;
  readonly chain: readonly DetailedPeerCertificate[];
}

/** Shows a server's certificates, the CA file that was tried, and where that one is wrong, the file on this machine that is right. */
export async function examineCertificate(
  server: ServerAddress,
  broker: Config['broker'],
): Promise<Finding[]> {
  try {
    checkCa(broker);
  } catch (error) {
    return [faultOf('TLS', error)];
  }
  const ca = chooseCa(broker);
  const tried = ca === null ? "librdkafka's own list" : `${ca.path} (${ca.why})`;
  let handshake: Handshake;
  try {
    handshake = await shakeHands(server, broker, ca?.path ?? null);
  } catch (error) {
    return [
      fault(
        'TLS',
        `${server.text} does not speak TLS (${messageOf(error)})`,
        'check --security-protocol, and the port: many brokers have one for TLS and one without',
      ),
    ];
  }
  const chain = ok('Certificate', handshake.chain.map(describe).join(' ← '));
  const byFingerprint = broker.isAntares && ca !== null && holdsOnlyAntaresCa(ca.path);
  if (handshake.trouble === null || (byFingerprint && handshake.trouble === WRONG_HOST)) {
    const [own] = handshake.chain;
    const untilMs = own === undefined ? Infinity : Date.parse(own.valid_to);
    const verified = ok('TLS', `${server.text} is verified by ${tried}`);
    if (untilMs - Date.now() > SOON_MS) return [chain, verified];
    return [
      chain,
      verified,
      warning('TLS', `its certificate ends on ${own?.valid_to ?? ''}`, "tell the broker's operator"),
    ];
  }
  const sentence = (await explainCertificate(broker)) ?? `it is not taken: ${handshake.trouble}`;
  const right = await findRightFile(server, broker, ca?.path ?? null);
  return [
    chain,
    fault(
      'TLS',
      `${sentence} Tried: ${tried}.`,
      right === null ? null : `--ssl-ca-location ${right} verifies it`,
    ),
  ];
}

/** The CA file of this machine that does verify the server. */
async function findRightFile(
  server: ServerAddress,
  broker: Config['broker'],
  tried: string | null,
): Promise<string | null> {
  for (const file of otherCaFiles(tried)) {
    const result = await shakeHands(server, broker, file).catch(() => null);
    if (result?.trouble === null) return file;
  }
  return null;
}

async function shakeHands(
  { host, port }: ServerAddress,
  { clientCertificate }: Config['broker'],
  caFile: string | null,
): Promise<Handshake> {
  const socket = connect({
    host,
    port,
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(caFile === null ? {} : { ca: readFileSync(caFile) }),
    ...ownCertificate(clientCertificate),
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS) });
    // Typed as an Error, and a code in truth.
    return { trouble: socket.authorized ? null : String(socket.authorizationError), chain: chainOf(socket) };
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

/** Where the key does not fit, the login says so: this is about the server. */
function ownCertificate(own: Config['broker']['clientCertificate']): SecureContextOptions {
  if (own === null) return {};
  return {
    cert: readFileSync(own.certificate),
    key: readFileSync(own.key),
    ...(own.keyPassword === null ? {} : { passphrase: own.keyPassword }),
  };
}

/** From the server's own to the last that it sent or that is known. */
function chainOf(socket: TLSSocket): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next = socket.getPeerCertificate(true) as DetailedPeerCertificate | undefined;
  // A root names itself as its issuer.
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

function describe({ subject, valid_to: until, fingerprint256 }: DetailedPeerCertificate): string {
  return `${clean(String(subject.CN))} (until ${until}, SHA-256 ${fingerprint256.slice(0, 23)}…)`;
}

/** What a certificate says comes from outside. */
function clean(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is to go
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, 100);
}
