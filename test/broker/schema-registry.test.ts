import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type SchemaAnswer, SchemaRegistry } from '../../src/broker/schema-registry.ts';
import type { Log } from '../../src/log.ts';
import { filesIn, newFolder } from '../support/client.ts';
import { startServer } from '../support/http.ts';

const schemaText = '{"type":"record","name":"A","fields":[]}';
const found = { kind: 'found', schemaText };
const nothing = {
  format: 'auto',
  registry: null,
  registryAuth: null,
  registryCa: null,
  schemaDir: null,
  schemaCache: null,
} as const;

/** A real registry as far as its one answer goes. */
async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  return `http://${(await startServer(t, answer)).host}`;
}

function open(
  t: TestContext,
  settings: Partial<ConstructorParameters<typeof SchemaRegistry>[0]>,
  requestTimeoutMs?: number,
): { registry: SchemaRegistry; warnings: string[] } {
  const stop = new AbortController();
  t.after(() => {
    stop.abort();
  });
  const warnings: string[] = [];
  const log = { warn: (text: string) => warnings.push(text) } as unknown as Log;
  return {
    registry: new SchemaRegistry({ ...nothing, ...settings }, log, stop.signal, requestTimeoutMs),
    warnings,
  };
}

function reasonOf(answer: SchemaAnswer): string {
  return answer.kind === 'unknown' ? answer.reason : 'it is known';
}

test('a schema is asked for once, however many want it', async (t) => {
  const paths: unknown[] = [];
  const url = await serve(t, (request, response) => {
    paths.push(request.url);
    response.end(JSON.stringify({ schema: schemaText }));
  });
  const { registry } = open(t, { registry: `${url}/base` });
  assert.deepEqual(await Promise.all([registry.get(7), registry.get(7)]), [found, found]);
  assert.deepEqual(await registry.get(7), found);
  assert.deepEqual(paths, ['/base/schemas/ids/7']);
});

test('a registry in trouble is asked again until it answers, and is complained of once', async (t) => {
  const answers = [
    (response: ServerResponse) => response.socket?.destroy(),
    (response: ServerResponse) => response.writeHead(503).end(),
    (response: ServerResponse) => response.end('<html>'),
  ];
  const url = await serve(t, (_, response) => {
    const trouble = answers.shift();
    if (trouble === undefined) response.end(JSON.stringify({ schema: schemaText }));
    else trouble(response);
  });
  const { registry, warnings } = open(t, { registry: url });
  assert.deepEqual(await registry.get(1), found);
  assert.equal(warnings.length, 1);
});

test('an id that the registry does not know is asked for again the next time', async (t) => {
  let known = false;
  const url = await serve(t, (_, response) => {
    if (known) response.end(JSON.stringify({ schema: schemaText }));
    else response.writeHead(404).end('{}');
  });
  const { registry } = open(t, { registry: url });
  assert.match(reasonOf(await registry.get(1)), /knows no schema 1/);
  known = true;
  assert.deepEqual(await registry.get(1), found);
});

test('credentials go to the registry, and a redirect is not followed', async (t) => {
  const seen: unknown[] = [];
  const other = await serve(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.end(JSON.stringify({ schema: '"string"' }));
  });
  let asked = 0;
  const url = await serve(t, (request, response) => {
    assert.equal(request.headers.authorization, `Basic ${Buffer.from('user:pass:word').toString('base64')}`);
    if (asked++ === 0) response.writeHead(302, { location: other }).end();
    else response.end(JSON.stringify({ schema: schemaText }));
  });
  const { registry, warnings } = open(t, { registry: url, registryAuth: 'user:pass:word' });
  assert.deepEqual(await registry.get(1), found);
  assert.deepEqual(seen, []);
  assert.ok(!warnings.join().includes('pass:word'));
});

test('an answer of many megabytes is not taken', async (t) => {
  let asked = 0;
  const url = await serve(t, (_, response) => {
    response.end(JSON.stringify({ schema: asked++ === 0 ? 'x'.repeat(17 * 1024 * 1024) : schemaText }));
  });
  const { registry, warnings } = open(t, { registry: url });
  assert.deepEqual(await registry.get(1), found);
  assert.match(String(warnings[0]), /larger than/);
});

const mischief: Readonly<Record<string, readonly [(response: ServerResponse) => void, RegExp]>> = {
  'a body that drips': [
    (response) => {
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => {
        clearInterval(drip);
      });
    },
    /not there after 2 s/,
  ],
  'headers that never come': [() => undefined, /not there after 2 s/],
  'a body without end': [
    (response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    },
    /larger than/,
  ],
  'a body that ends too soon': [
    (response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"schema":', () => response.socket?.destroy());
    },
    /aborted|hang up|ECONNRESET/,
  ],
  'headers of many kilobytes': [
    (response) => response.writeHead(200, { 'x-much': 'x'.repeat(200_000) }).end('{}'),
    /Header overflow|HPE_HEADER_OVERFLOW/i,
  ],
  'a redirect to itself': [
    (response) => response.writeHead(301, { location: '/schemas/ids/1' }).end(),
    /status 301 \(a redirect.*not followed.*--schema-registry/,
  ],
  'a redirect to another host': [
    (response) => response.writeHead(307, { location: 'http://elsewhere.invalid/x' }).end(),
    /status 307 \(a redirect to elsewhere\.invalid, which is not followed/,
  ],
  'a page instead of JSON': [(response) => response.end('<html>'), /not JSON/],
  'JSON without a schema': [(response) => response.end('[1]'), /holds no schema/],
};

for (const [name, [misbehave, complaint]] of Object.entries(mischief)) {
  test(`${name} does not hold the registry's client up: it complains, and asks again`, async (t) => {
    let asked = 0;
    const url = await serve(t, (_, response) => {
      if (asked++ === 0) misbehave(response);
      else response.end(JSON.stringify({ schema: schemaText }));
    });
    const { registry, warnings } = open(t, { registry: url }, 2_000);
    assert.deepEqual(await registry.get(1), found);
    assert.match(String(warnings[0]), complaint);
    assert.equal(asked, 2);
  });
}

test('a folder comes before the registry, and a cache in between keeps what was answered, by registry', async (t) => {
  const schemaDir = newFolder(t);
  const schemaCache = newFolder(t);
  writeFileSync(join(schemaDir, '1.avsc'), '"string"');
  writeFileSync(join(schemaDir, '2.json'), JSON.stringify({ schema: '"int"' }));
  let asked = 0;
  const url = await serve(t, (_, response) => {
    asked += 1;
    response.end(JSON.stringify({ schema: schemaText }));
  });
  const settings = { registry: url, schemaDir, schemaCache };
  const { registry } = open(t, settings);
  assert.deepEqual(await registry.get(1), { kind: 'found', schemaText: '"string"' });
  assert.deepEqual(await registry.get(2), { kind: 'found', schemaText: '"int"' });
  assert.deepEqual(await registry.get(3), found);
  assert.deepEqual(await open(t, settings).registry.get(3), found);
  assert.equal(asked, 1);
  assert.equal(filesIn(schemaCache).length, 1);
  assert.deepEqual(await open(t, { ...settings, registry: `${url}/other` }).registry.get(3), found);
  assert.equal(asked, 2, 'another registry may mean another schema');
});

test('what a power cut left of a kept schema is asked for again, and makes no message a bad one', async (t) => {
  const schemaCache = newFolder(t);
  const url = await serve(t, (_, response) => {
    response.end(JSON.stringify({ schema: schemaText }));
  });
  const settings = { registry: url, schemaCache };
  await open(t, settings).registry.get(3);
  const [kept = ''] = filesIn(schemaCache);
  for (const left of ['', schemaText.slice(0, 5), '\0'.repeat(schemaText.length)]) {
    writeFileSync(join(schemaCache, kept), left);
    assert.deepEqual(await open(t, settings).registry.get(3), found);
    assert.equal(readFileSync(join(schemaCache, kept), 'utf8'), schemaText);
  }
});

test('a file of the folder that holds no schema is named', async (t) => {
  const schemaDir = newFolder(t);
  const { registry } = open(t, { schemaDir });
  for (const [content, complaint] of [
    ['{', 'is not JSON'],
    ['{}', 'holds no schema'],
  ] as const) {
    writeFileSync(join(schemaDir, '900.json'), content);
    assert.equal(
      reasonOf(await registry.get(900)),
      `schema 900 cannot be read: ${join(schemaDir, '900.json')} ${complaint}.`,
    );
  }
});

test('without any source the options are named', async (t) => {
  assert.match(reasonOf(await open(t, {}).registry.get(5)), /--schema-registry nor --schema-dir/);
});
