import type { ServerResponse } from 'node:http';

const MAX_PAGES = 16;
/** A page that does not take what it is sent misses some of it; the client does not keep it. */
const MAX_WAITING_BYTES = 256 * 1024;

/** What open pages are told while it happens, as server-sent events. */
export class Feed {
  readonly #pages = new Set<ServerResponse>();
  readonly #onChange: (pages: number) => void;

  /** @param onChange is told how many pages are open. */
  constructor(onChange: (pages: number) => void) {
    this.#onChange = onChange;
  }

  get isFull(): boolean {
    return this.#pages.size >= MAX_PAGES;
  }

  /** A page listens from now on. */
  open(page: ServerResponse): void {
    page.writeHead(200, { 'content-type': 'text/event-stream' });
    page.flushHeaders();
    this.#pages.add(page);
    page.on('close', () => {
      this.#pages.delete(page);
      this.#onChange(this.#pages.size);
    });
    this.#onChange(this.#pages.size);
  }

  /** @param to one page only. */
  send(event: string, data: unknown, to?: ServerResponse): void {
    if (this.#pages.size === 0) return;
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const page of to === undefined ? this.#pages : [to])
      if (page.writableLength < MAX_WAITING_BYTES) page.write(text);
  }
}
