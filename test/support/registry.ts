import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { afterwards } from './after.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A registry that speaks the Confluent REST protocol; before an answer it may give others, and it may wait with all of them, or with those of some ids. */
export async function startRegistry(
  t: TestContext,
  schemas: Readonly<Record<number, string>>,
  {
    first: firstAnswers = [],
    ready = () => undefined,
  }: { first?: readonly Answer[]; ready?: (id: number) => Promise<void> | undefined } = {},
): Promise<string> {
  const first = [...firstAnswers];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = Number(/^\/schemas\/ids\/(\d+)$/.exec(request.url ?? '')?.[1]);
    await ready(id);
    const schema = schemas[id];
    const known: Answer =
      schema === undefined
        ? { status: 404, body: '{"error_code":40403,"message":"Schema not found"}' }
        : { status: 200, body: JSON.stringify({ schema }) };
    const { status, body } = first.shift() ?? known;
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(body);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A datum as Confluent frames it. */
export function framed(schemaId: number, datum: Uint8Array): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(schemaId, 1);
  return Buffer.concat([frame, datum]);
}
