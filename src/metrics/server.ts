import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { ClientError, messageOf } from '../errors.ts';
import type { HealthWatch } from '../telemetry/health.ts';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** A server that runs. */
export interface MetricsServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  close(): void;
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz`.
 *
 * @throws ClientError CONFIG where it cannot listen.
 */
export async function serveMetrics(
  { host, port }: ListenAddress,
  registry: Registry,
  health: HealthWatch,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    answer(request, response, registry, health).catch((error: unknown) => {
      response.writeHead(500).end(`${messageOf(error)}\n`);
    });
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new ClientError('CONFIG', refusal(error as NodeJS.ErrnoException, host, port), { cause: error });
  }
  // Its scrapers are no reason to stay.
  server.unref();
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  { method, url = '/' }: IncomingMessage,
  response: ServerResponse,
  registry: Registry,
  health: HealthWatch,
): Promise<void> {
  const say = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? '' : text);
  };
  const judge = (faults: readonly string[]): void => {
    say(faults.length === 0 ? 200 : 503, faults.length === 0 ? 'ok\n' : `${faults.join('\n')}\n`);
  };
  if (method !== 'GET' && method !== 'HEAD') {
    say(405, 'Only GET.\n');
    return;
  }
  switch (url.split('?')[0]) {
    case '/metrics':
      say(200, await registry.metrics(), registry.contentType);
      return;
    case '/healthz':
      judge(health.now().unhealthy);
      return;
    case '/readyz':
      judge(health.now().unready);
      return;
    default:
      say(404, 'There are /metrics, /healthz and /readyz.\n');
  }
}

function refusal({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  const where = `--metrics ${host}:${port}`;
  if (code === 'EADDRINUSE')
    return `${where} cannot be used: another process listens there. Give another port.`;
  if (code === 'EACCES') return `${where} cannot be used: ports below 1024 are for root. Give a higher one.`;
  return `${where} cannot be used: ${message}.`;
}
