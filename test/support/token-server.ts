import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { testKafka } from './kafka.ts';

/** The client that the server knows. */
export const oauthClient = { id: 'alert-reader', secret: 'o"auth-client-secret' } as const;

/** A token server as it is at the moment. */
export interface TokenServer {
  readonly url: string;
  /** Tokens that were given out. */
  readonly given: number;
  /** Requests, and those of them that were refused. */
  readonly asked: number;
  readonly refused: number;
  /** What the requests asked for. */
  readonly scopes: ReadonlySet<string | null>;
  /** `refuse` answers 401, `fail` 500, `forge` signs with a key that nobody knows. */
  mode: 'give' | 'refuse' | 'fail' | 'forge';
}

/**
 * Gives tokens for client credentials (RFC 6749, 4.4), as an identity provider does, signed with the key that the tests' broker
 * believes. It ends with the test.
 */
export async function startTokenServer(t: TestContext, lifetimeSeconds: number): Promise<TokenServer> {
  const key = createPrivateKey(readFileSync(testKafka().tokenKeyFile));
  const unknownKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const state = {
    given: 0,
    asked: 0,
    refused: 0,
    scopes: new Set<string | null>(),
    mode: 'give' as TokenServer['mode'],
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = new URLSearchParams(await textOf(request));
    state.asked += 1;
    state.scopes.add(body.get('scope'));
    if (state.mode === 'fail') {
      response.writeHead(500).end();
    } else if (
      state.mode === 'refuse' ||
      !isKnown(request) ||
      body.get('grant_type') !== 'client_credentials'
    ) {
      state.refused += 1;
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'invalid_client', error_description: 'unknown client' }));
    } else {
      state.given += 1;
      const token = signedToken(state.mode === 'forge' ? unknownKey : key, lifetimeSeconds);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: lifetimeSeconds }),
      );
    }
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token` });
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += String(part);
  return text;
}

function isKnown({ headers }: IncomingMessage): boolean {
  const pair = Buffer.from(headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
  return pair === `${oauthClient.id}:${oauthClient.secret}`;
}

/** A JSON web token (RFC 7519) with RS256. */
function signedToken(key: KeyObject, lifetimeSeconds: number): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = {
    sub: oauthClient.id,
    aud: 'antares-kafka',
    iat: nowSeconds,
    exp: nowSeconds + lifetimeSeconds,
    scope: 'read',
  };
  const parts = [{ alg: 'RS256', typ: 'JWT', kid: 'local' }, claims];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
