import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../errors.ts';
import { listen, type ListenAddress, type Listening } from '../listen.ts';
import { redact } from '../secrets.ts';
import type { Door } from './door.ts';
import { pageFiles } from './page-files.ts';

const START = '/web/page/index.html';
/** Nothing from other hosts, nothing inline, and no text that becomes HTML. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Answers one kind of question. */
export type Ask = (address: URL, response: ServerResponse) => void | Promise<void>;

/** What was asked for is not there, or not to be had. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/**
 * Serves the page, and what it asks for.
 *
 * @param asks what can be asked for, by path.
 * @throws ClientError CONFIG where it cannot listen.
 */
export async function servePage(
  address: ListenAddress,
  door: Door,
  asks: ReadonlyMap<string, Ask>,
): Promise<Listening> {
  const files = pageFiles();
  let port = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!door.knowsHost(request)) throw new Refusal(421, 'This is not known as a name of this machine.');
    if (request.method !== 'GET') throw new Refusal(405, 'There is only something to see here: GET.');
    const place = `http://localhost${request.url ?? ''}`;
    if (!URL.canParse(place)) throw new Refusal(400, 'This is no address.');
    const asked = new URL(place);
    const cookie = asked.pathname === '/' ? door.enter(asked, port) : null;
    if (cookie !== null) response.setHeader('set-cookie', cookie);
    else if (!door.admits(request, port))
      throw new Refusal(401, 'Open the address that the client said at its start, with the token.');
    const file = files.get(asked.pathname === '/' ? START : asked.pathname);
    const ask = asks.get(asked.pathname);
    if (file !== undefined) response.writeHead(200, { 'content-type': file.type }).end(file.bytes);
    else if (ask !== undefined) await ask(asked, response);
    else throw new Refusal(404, 'There is nothing here.');
  };
  const listening = await listen('web', address, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const status = error instanceof Refusal ? error.status : 500;
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${redact(messageOf(error))}\n`);
    });
  });
  ({ port } = listening);
  return listening;
}
