import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { outcome } from '../../src/batch/batch.ts';
import { Random } from '../../src/simulate/random.ts';
import { MessageWorker } from '../../src/worker/message-worker.ts';
import { createPrepare } from '../../src/worker/prepare.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { heldMB } from '../support/held.ts';
import { messageOf } from '../support/samples.ts';
import { transcoder } from '../support/transcode.ts';
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
    form: { kind: 'json' },
    processFile: null,
    processCommand: null,
    processTimeoutMs: 1000,
    onError: 'skip',
    logEachAlert: false,
    glimpses: null,
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

test('a key is remembered without the message that it came in, and without what lies around it in memory', () => {
  const keep = transcoder();
  const padding = 'x'.repeat(300_000);
  let atFirstMB = 0;
  for (let i = 0; i < 500; i++) {
    if (i === 10) atFirstMB = heldMB();
    // Non-ASCII ones are copied another way.
    const text = `{"a_long_name_of_a_key_${i}":1,"ein_längerer_Schlüssel_${i}":1,"padding":"${padding}"}`;
    assert.equal([...keep.transcode(messageOf(Buffer.from(text)))].length, 1);
    // Takes the rest of the block of 8 KB that small buffers share.
    for (let j = 0; j < 3; j++) Buffer.from('y'.repeat(3_000));
  }
  // With the messages 150 MB more, with the blocks 4 to 8 MB.
  const grownMB = heldMB() - atFirstMB;
  assert.ok(grownMB < 3, `${grownMB} MB more`);
});

test('schemas by id are forgotten when many others came', () => {
  const schemas = new KnownSchemas();
  const schema = (id: number): string =>
    JSON.stringify({ type: 'record', name: `Alert${id}`, fields: [{ name: 'x', type: 'int' }] });
  schemas.add(0, schema(0));
  schemas.add(1, null);
  for (let id = 2; id < 1_000; id++) {
    schemas.add(id, schema(id));
    // What is in use stays.
    assert.ok(schemas.get(0));
  }
  assert.equal(schemas.get(1), undefined);
  assert.equal(schemas.get(500), undefined);
  assert.ok(schemas.get(999));
});
