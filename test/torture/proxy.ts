import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy does to what passes. */
export type ProxyMode = 'pass' | 'delay' | 'cut' | 'reset' | 'corrupt';

/** Eight bytes of a message's filler: what is corrupted is data that record checksums cover, never the protocol's own numbers, which have none. */
const FILLER = Buffer.from('xxxxxxxx');
const DELAY_MS = 300;

/** A TCP proxy between clients and the broker that can be told to misbehave. */
export class Proxy {
  mode: ProxyMode = 'pass';
  corruptedBytes = 0;
  /** Is handed what comes from the broker, and may change its bytes; null: nobody. */
  alter: ((bytes: Buffer) => void) | null = null;
  readonly port: number;
  #target: { host: string; port: number } | null = null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (socket) => {
      this.#connect(socket);
    });
  }

  static async start(): Promise<Proxy> {
    const server = createServer().listen(0, 'localhost');
    await once(server, 'listening');
    return new Proxy(server, (server.address() as { port: number }).port);
  }

  /** @param address `HOST:PORT` of the broker. */
  passOnTo(address: string): void {
    const [host = '', port = ''] = address.split(':');
    this.#target = { host, port: Number(port) };
  }

  /** Changes its ways; `cut` ends all connections and takes no new ones, `reset` breaks them off with an RST. */
  misbehave(mode: ProxyMode): void {
    this.mode = mode;
    if (mode === 'cut') for (const socket of this.#sockets) socket.destroy();
    if (mode === 'reset') for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(client: Socket): void {
    if (this.#target === null || this.mode === 'cut') {
      client.destroy();
      return;
    }
    const broker = createConnection(this.#target);
    this.#pass(client, broker, false);
    this.#pass(broker, client, true);
  }

  #pass(from: Socket, to: Socket, fromBroker: boolean): void {
    this.#sockets.add(from);
    let before = Promise.resolve();
    from.on('data', (bytes) => {
      const delayMs = this.mode === 'delay' ? DELAY_MS : 0;
      if (fromBroker) this.alter?.(bytes);
      if (this.mode === 'corrupt' && fromBroker) this.#corrupt(bytes);
      // In order, also when the delay ends meanwhile.
      before = before.then(async () => {
        if (delayMs > 0) await sleep(delayMs);
        if (to.writable) to.write(bytes);
      });
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      void before.then(() => to.destroy());
    });
  }

  #corrupt(bytes: Buffer): void {
    const at = bytes.indexOf(FILLER);
    if (at === -1) return;
    bytes[at + 3] = 'y'.charCodeAt(0);
    this.corruptedBytes += 1;
  }
}
