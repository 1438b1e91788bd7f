import { join } from 'node:path';
import { projectRoot } from '../support/samples.ts';
import { Proxy } from './proxy.ts';

interface StartedKafka {
  readonly bootstrap: { readonly plaintext: string; readonly behindProxy: string };
  readonly pid: number;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The chamber's own Apache Kafka, which may be killed and frozen, and a proxy in front of it. */
export interface Victim {
  /** For the feed and the watchers: not through the proxy. */
  readonly direct: string;
  /** For the clients: through the proxy. */
  readonly proxied: string;
  readonly proxy: Proxy;
  pid(): number;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both. @throws Error when Kafka is not installed. */
export async function startVictim(): Promise<Victim> {
  const { startKafka } = (await import(join(projectRoot, 'scripts', 'kafka', 'broker.mjs'))) as {
    startKafka: (options: { proxyPort: number }) => Promise<StartedKafka>;
  };
  const proxy = await Proxy.start();
  const kafka = await startKafka({ proxyPort: proxy.port });
  proxy.passOnTo(kafka.bootstrap.behindProxy);
  return {
    direct: kafka.bootstrap.plaintext,
    proxied: `localhost:${proxy.port}`,
    proxy,
    pid: () => kafka.pid,
    restart: () => kafka.restart(),
    stop: async () => {
      await proxy.stop();
      await kafka.stop();
    },
  };
}
