import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReadAlerts } from '../../src/stream/decoders.ts';
import { readStreamOptions } from '../../src/stream/options.ts';
import { DecodeError } from '../../src/worker/decode/error.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';

const message = {
  ...{ topic: 't', partition: 0, offset: 0, timestampMs: -1, key: null, headers: [] },
  value: new Uint8Array(1),
};

test('a decoder that returns a promise makes a bad message, whatever becomes of the promise', () => {
  const fails = (): Promise<never> => Promise.reject(new Error('later'));
  for (const mine of [() => Promise.resolve({}), fails, () => [fails(), fails()]]) {
    const read = createReadAlerts(
      readStreamOptions({
        ...{ topics: ['t'], bootstrapServers: 'localhost:9092' },
        ...{ format: 'mine', decoders: { mine } },
      }),
      new KnownSchemas(),
    );
    assert.throws(
      () => read(message),
      (error) => error instanceof DecodeError && error.message.startsWith('The decoder returned a promise'),
    );
  }
});
