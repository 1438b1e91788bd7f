import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/**
 * Who may see the page: whoever has the token, from the address or, after that, from the cookie that it was changed into.
 *
 * A web site that makes its own name lead here (DNS rebinding) is kept out by the name: only addresses and names that are known to be
 * this machine's are answered.
 */
export class Door {
  readonly token: string = randomBytes(24).toString('base64url');
  readonly #names: ReadonlySet<string>;

  /** @param host where the page is served. */
  constructor(host: string) {
    this.#names = new Set(['localhost', host.toLowerCase(), hostname().toLowerCase()]);
  }

  /** Whether a request asked for this machine. The port may be that of a tunnel. */
  knowsHost({ headers: { host = '' } }: IncomingMessage): boolean {
    const name = host.replace(/:\d+$/, '').toLowerCase();
    return this.#names.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  }

  /** What a cookie must be set to where the address has the token; null: it has not. */
  enter(address: URL, port: number): string | null {
    if (!this.#isToken(address.searchParams.get('token'))) return null;
    return `${cookieName(port)}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Whether a request brings the cookie. */
  admits({ headers: { cookie = '' } }: IncomingMessage, port: number): boolean {
    const begin = `${cookieName(port)}=`;
    return cookie
      .split(/; */)
      .some((each) => each.startsWith(begin) && this.#isToken(each.slice(begin.length)));
  }

  /** Takes the same time whatever is wrong with it. */
  #isToken(given: string | null): boolean {
    return given !== null && timingSafeEqual(digest(given), digest(this.token));
  }
}

/** Cookies do not tell ports apart, so their names do. */
function cookieName(port: number): string {
  return `antares-client-${port}`;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
