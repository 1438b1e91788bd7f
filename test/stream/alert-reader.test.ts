import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import { createLog } from '../../src/log.ts';
import { AlertReader } from '../../src/stream/alert-reader.ts';
import { MessageQueue, type QueuedMessage } from '../../src/stream/message-queue.ts';
import { readStreamOptions } from '../../src/stream/options.ts';

/** A message in Confluent's framing that names schema 1. */
function framed(): QueuedMessage {
  const at = new PartitionProgress({ topic: 't', partition: 0, offset: 0, committed: 0, behind: 'start' });
  const queue = new MessageQueue();
  const value = new Uint8Array([0, 0, 0, 0, 1, 2]);
  queue.add(at, [
    { ...{ topic: 't', partition: 0, offset: 0, timestampMs: -1, key: null, headers: [] }, value },
  ]);
  return queue.take(() => true) as QueuedMessage;
}

test('who stops while the schema registry is down hears of no error', async (t) => {
  const registry = createServer((_, answer) => answer.writeHead(503).end());
  registry.listen(0, '127.0.0.1');
  t.after(() => registry.close());
  await once(registry, 'listening');
  const settings = readStreamOptions({
    ...{ topics: ['t'], bootstrapServers: 'localhost:9092' },
    schemaRegistry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
  });
  const stop = new AbortController();
  const reader = new AlertReader(settings, createLog({ level: 'warn', format: 'json' }), stop.signal);
  const reading = reader.read(framed());
  await once(registry, 'request');
  stop.abort();
  assert.equal(await reading, null);
});
