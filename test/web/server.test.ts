import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { hostname } from 'node:os';
import { type TestContext, test } from 'node:test';
import { Door } from '../../src/web/door.ts';
import { Feed } from '../../src/web/feed.ts';
import { servePage } from '../../src/web/server.ts';
import { afterwards } from '../support/after.ts';

interface Page {
  readonly port: number;
  readonly token: string;
  readonly feed: Feed;
}

async function startPage(t: TestContext): Promise<Page> {
  const door = new Door('127.0.0.1');
  const feed = new Feed(() => undefined);
  const asks = new Map([
    [
      '/events',
      (_asked: unknown, response: Parameters<Feed['open']>[0]): void => {
        feed.open(response);
      },
    ],
  ]);
  const server = await servePage({ host: '127.0.0.1', port: 0 }, door, asks);
  afterwards(t, () => {
    server.close();
  });
  return { port: server.port, token: door.token, feed };
}

async function ask(
  { port }: Page,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<IncomingMessage & { text: string }> {
  const asked = request({ host: '127.0.0.1', port, path, headers, method });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part as string;
  return Object.assign(response, { text });
}

test('the token opens the page and becomes a cookie, and without either there is nothing', async (t) => {
  const page = await startPage(t);
  for (const path of ['/', '/?token=wrong', '/?token=', '/web/page/main.js', '/events', '/nothing'])
    assert.equal((await ask(page, path)).statusCode, 401, path);
  const opened = await ask(page, `/?token=${page.token}`);
  assert.equal(opened.statusCode, 200);
  assert.match(opened.text, /^<!doctype html>/);
  const [given = ''] = opened.headers['set-cookie'] ?? [];
  assert.match(given, /; Path=\/; HttpOnly; SameSite=Strict$/);
  const cookie = given.split(';', 1)[0] ?? '';
  const script = await ask(page, '/web/page/main.js', { cookie: `other=1; ${cookie}` });
  assert.equal(script.statusCode, 200);
  assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8');
  assert.equal((await ask(page, '/', { cookie: `${cookie}x` })).statusCode, 401);
  // The token is for the page alone, so that no address of anything else holds it.
  assert.equal((await ask(page, `/web/page/main.js?token=${page.token}`)).statusCode, 401);
});

test('the page runs nothing but its own files, and only what belongs to it can be read', async (t) => {
  const page = await startPage(t);
  const cookie = `antares-client-${page.port}=${page.token}`;
  const { headers } = await ask(page, '/', { cookie });
  assert.match(
    String(headers['content-security-policy']),
    /^default-src 'none'; script-src 'self'; style-src 'self';/,
  );
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['cache-control'], 'no-store');
  for (const path of [
    '/web/door.js',
    '/web/page/../door.js',
    '/web/page/%2e%2e/door.js',
    '/package.json',
    '/web/page/',
  ])
    assert.equal((await ask(page, path, { cookie })).statusCode, 404, path);
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])
    assert.equal((await ask(page, '/', { cookie }, method)).statusCode, 405, method);
});

test("a name that another's server could have made lead here is not answered", async (t) => {
  const page = await startPage(t);
  const path = `/?token=${page.token}`;
  for (const host of ['evil.example', 'evil.example:80', 'localhost.evil.example', '127.0.0.1.evil.example'])
    assert.equal((await ask(page, path, { host })).statusCode, 421, host);
  for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080', '192.0.2.7:80', hostname()])
    assert.equal((await ask(page, path, { host })).statusCode, 200, host);
});

test('a page that takes nothing misses events instead of filling the memory', async (t) => {
  const page = await startPage(t);
  const cookie = `antares-client-${page.port}=${page.token}`;
  const asked = request({ host: '127.0.0.1', port: page.port, path: '/events', headers: { cookie } });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  t.after(() => response.destroy());
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  const data = 'x'.repeat(100_000);
  for (let count = 0; count < 2_000; count++) page.feed.send('pulse', data);
  const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before;
  assert.ok(grown < 100_000_000, `${grown} bytes for 200 MB of events`);
});
