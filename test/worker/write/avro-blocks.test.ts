import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import type { DatumForm } from '../../../src/worker/datum/form.ts';
import { avroHeads, AvroBlocks, loadCodec } from '../../../src/worker/write/avro-blocks.ts';
import { ChunkMemory } from '../../../src/worker/write/chunk-memory.ts';
import { messageOf } from '../../support/samples.ts';

const form: DatumForm = { kind: 'avro', schemaText: '"null"' };
const message = messageOf(Buffer.alloc(0));

test('what is taken back of a block is what was added last, where records have no bytes too', async () => {
  const codec = await loadCodec('none');
  for (const record of [Buffer.alloc(0), Buffer.from('ab')]) {
    const blocks = new AvroBlocks(
      codec,
      avroHeads(codec),
      new ChunkMemory(new MessageChannel().port1, 1_000),
    );
    for (let i = 0; i < 2; i++) blocks.add(message, record, form);
    const { length } = blocks;
    for (let i = 0; i < 3; i++) blocks.add(message, record, form);
    blocks.truncate(length);
    const { bytes } = blocks.take();
    assert.deepEqual([...bytes.subarray(0, 2)], [2 * 2, 2 * 2 * record.length]);
  }
});
