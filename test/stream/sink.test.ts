import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertBatch } from '../../src/index.ts';
import { SinkPipe } from '../../src/stream/sink.ts';

test('a flush that fails while partitions are taken away ends the stream, though nobody waits for it', async () => {
  const told: unknown[] = [];
  const pipe = new SinkPipe(
    {
      write: () => undefined,
      flush: () => {
        throw new Error('disk full');
      },
    },
    (error) => told.push(error.message),
  );
  await pipe.write({} as AlertBatch);
  await pipe.flush().catch(() => null);
  await pipe.close();
  assert.deepEqual(told, ['The sink could not flush: disk full.']);
});
