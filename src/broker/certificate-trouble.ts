import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { Config } from '../config.ts';
import { chooseCa } from './ca.ts';

const TIMEOUT_MS = 5_000;

/**
 * Why a broker's certificate is not taken. librdkafka has one text for all causes, so the handshake is done once more here;
 * no credentials are sent.
 *
 * @returns a sentence, or null where nothing is wrong with any certificate or no broker shows one.
 */
export async function explainCertificate(broker: Config['broker']): Promise<string | null> {
  const ca = chooseCa(broker)?.path ?? null;
  const authorities = ca === null ? undefined : await readFile(ca, 'utf8').catch(() => undefined);
  for (const server of broker.bootstrapServers.split(',')) {
    const [, host = '', port = ''] = /^\s*\[?(.*?)\]?:(\d+)\s*$/.exec(server) ?? [];
    if (host === '') continue;
    const socket = connect({
      host,
      port: Number(port),
      rejectUnauthorized: false,
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(authorities === undefined ? {} : { ca: authorities }),
    });
    const sentence = await explainPeer(socket, server.trim(), ca, broker.isAntares);
    if (sentence !== null) return sentence;
  }
  return null;
}

async function explainPeer(
  socket: TLSSocket,
  where: string,
  ca: string | null,
  isAntares: boolean,
): Promise<string | null> {
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    // Typed as an Error, and a code in truth.
    const code = String(socket.authorizationError);
    return socket.authorized ? null : sentenceOf(code, socket.getPeerCertificate(true), where, ca, isAntares);
  } catch {
    return null;
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

function sentenceOf(
  code: string,
  { valid_from: from, valid_to: to, subjectaltname: names, subject, issuer }: DetailedPeerCertificate,
  where: string,
  ca: string | null,
  isAntares: boolean,
): string {
  const certificate = `The certificate of ${where}`;
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `${certificate}, or of its authority, has expired (on ${to}): check the clock of this machine, or tell the broker's operator.`;
    case 'CERT_NOT_YET_VALID':
      return `${certificate}, or of its authority, is not valid yet (before ${from}): check the clock of this machine.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const antaresNote = isAntares
        ? ' Without --ssl-ca-location, or with a file that holds nothing but the shipped certificate, the ANTARES cluster is known by its certificate alone.'
        : '';
      return `${certificate} is for another host (${clean(names ?? String(subject.CN))}): check --host or --bootstrap-servers.${antaresNote}`;
    }
    default:
      return `${certificate} cannot be verified: its authority (${clean(String(issuer.CN))}) is not in ${ca ?? "the system's list"} (${code}). Give the right file with --ssl-ca-location.`;
  }
}

/** What a certificate says comes from outside. */
function clean(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is to go
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, 200);
}
