import type { Config } from '../config.ts';
import type { ListenAddress } from '../listen.ts';
import type { Log } from '../log.ts';
import { areLoopback } from '../loopback.ts';
import { rememberSecret } from '../secrets.ts';
import { Glimpses } from '../telemetry/glimpses.ts';
import type { History } from '../telemetry/history.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { stripPrefix } from '../topic-name.ts';
import { version } from '../version.ts';
import { AlertReader } from './alert-reader.ts';
import { alertAsks } from './asks.ts';
import { Door } from './door.ts';
import { Feed } from './feed.ts';
import type { Hello } from './messages.ts';
import { pulseOf, totalsOf } from './pulse.ts';
import { type Ask, Refusal, servePage } from './server.ts';

/**
 * Serves the page that shows the run, and says where.
 *
 * @returns what ends it.
 * @throws ClientError CONFIG where it cannot listen.
 */
export async function startWeb(
  address: ListenAddress,
  config: Config,
  telemetry: Telemetry,
  history: History,
  log: Log,
): Promise<() => void> {
  const door = new Door(address.host);
  const glimpses = new Glimpses(config.pool.workers, (seen) => {
    feed.send('glimpses', seen);
  });
  const reader = new AlertReader(config, log);
  const feed = new Feed((pages) => {
    glimpses.watched(pages);
    if (pages === 0) reader.disconnect();
  });
  const events: Ask = (_asked, response) => {
    if (feed.isFull) throw new Refusal(503, 'Too many pages are open.');
    feed.open(response);
    feed.send('hello', helloOf(config, history), response);
    feed.send('totals', totalsOf(telemetry), response);
  };
  const asks = new Map([['/events', events], ...alertAsks(telemetry, reader, config.output.dir)]);
  const server = await servePage(address, door, asks);
  telemetry.glimpses = glimpses;
  const stopSampling = history.onSample((sample) => {
    feed.send('pulse', pulseOf(sample));
    feed.send('totals', totalsOf(telemetry));
  });
  tell(server.url, door.token, log);
  return () => {
    stopSampling();
    reader.close();
    server.close();
  };
}

/** The one line that has the token: whoever asked for the page must learn it, with --quiet too. */
function tell(url: string, token: string, log: Log): void {
  const level = log.isLevelEnabled('info') ? 'info' : 'warn';
  log[level](`Page: ${url}/?token=${token}`);
  rememberSecret(token);
  const { host } = new URL(url);
  if (!areLoopback(host)) log.warn(`What ${host} shows goes over the network as plain text, its token too.`);
}

function helloOf({ topics }: Config, { samples }: History): Hello {
  return {
    version,
    topics: topics.kafkaNames.map((name) => stripPrefix(name, topics.prefix)),
    pulses: samples.map(pulseOf),
  };
}
