import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { messageOf } from '../errors.ts';
import { listen, type ListenAddress, type Listening } from '../listen.ts';
import type { HealthWatch } from '../telemetry/health.ts';

/**
 * Serves `/metrics`, `/healthz` and `/readyz`.
 *
 * @throws ClientError CONFIG where it cannot listen.
 */
export function serveMetrics(
  address: ListenAddress,
  registry: Registry,
  health: HealthWatch,
): Promise<Listening> {
  return listen('metrics', address, (request, response) => {
    answer(request, response, registry, health).catch((error: unknown) => {
      response.writeHead(500).end(`${messageOf(error)}\n`);
    });
  });
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
