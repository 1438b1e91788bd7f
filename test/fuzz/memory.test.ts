import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { outcome } from '../../src/batch/batch.ts';
import { Random } from '../../src/simulate/random.ts';
import { MessageWorker } from '../../src/worker/message-worker.ts';
import { createPrepare } from '../../src/worker/prepare.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { messageOf } from '../support/samples.ts';
import { readDistinctSchemas } from './distinct-schemas.ts';

test('four thousand damaged streams in a row keep no memory', async () => {
  const settings = {
    workerIndex: 0,
    deadThreads: [],
    format: 'auto',
    indent: 0,
    nonFinite: 'auto',
    pathTemplate: '{topic}/{alert_id}.json',
    select: { where: null, cones: [], fields: null, stamps: 'keep' },
    topicPrefix: '',
    output: null,
    processFile: null,
    processCommand: null,
    processTimeoutMs: 1000,
    onError: 'skip',
    logEachAlert: false,
    toPipe: false,
  } as const;
  const prepare = createPrepare(settings, new KnownSchemas(), null, () => undefined);
  const worker = new MessageWorker(settings, prepare, null, null);
  const random = new Random(1);
  const damaged = deflateSync(Buffer.from(Array.from({ length: 20_000 }, () => random.below(64))));
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  const message = messageOf(damaged);
  for (let i = 0; i < 4_000; i++) {
    assert.equal((await worker.process(message, 1)).result, outcome.SKIPPED);
  }
  // Each holds 128 KB until the event loop turns: together they would be 520 MB.
  assert.ok(process.memoryUsage().external < 200_000_000, String(process.memoryUsage().external));
});

test('twenty thousand distinct schemas in a row keep no memory', () => {
  // Compiled and kept, they would be several hundred MB.
  const { atFirstMB, atLastMB } = readDistinctSchemas(20_000);
  assert.ok(atLastMB - atFirstMB < 60, `${atFirstMB} MB, then ${atLastMB} MB`);
});
