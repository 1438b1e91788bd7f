import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientError } from './errors.ts';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** A server that runs. It does not keep the process alive. */
export interface Listening {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  readonly port: number;
  close(): void;
}

/**
 * Listens for HTTP.
 *
 * @param option that named the address.
 * @throws ClientError CONFIG where it cannot listen.
 */
export async function listen(
  option: string,
  { host, port }: ListenAddress,
  answer: RequestListener,
): Promise<Listening> {
  const server = createServer(answer);
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const where = `--${option} ${host}:${port}`;
    throw new ClientError('CONFIG', refusal(error as NodeJS.ErrnoException, where), { cause: error });
  }
  server.unref();
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    port: taken,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function refusal({ code, message }: NodeJS.ErrnoException, where: string): string {
  if (code === 'EADDRINUSE')
    return `${where} cannot be used: another process listens there. Give another port.`;
  if (code === 'EACCES') return `${where} cannot be used: ports below 1024 are for root. Give a higher one.`;
  return `${where} cannot be used: ${message}.`;
}
