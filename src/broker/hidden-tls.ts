import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { serverAddresses } from '../server-address.ts';

const TIMEOUT_MS = 3_000;

/**
 * A server that speaks TLS hangs up on whoever sends plain text, and librdkafka cannot tell that from one that is down.
 *
 * @returns the first of the servers that speaks TLS, as it was given; null: none does.
 */
export async function findTlsServer(bootstrapServers: string): Promise<string | null> {
  for (const { host, port, text } of serverAddresses(bootstrapServers)) {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host, port, rejectUnauthorized: false, ...name });
    try {
      await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
      return text;
    } catch {
      // Not this one.
    } finally {
      socket.on('error', () => undefined).destroy();
    }
  }
  return null;
}
