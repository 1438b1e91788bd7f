import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCompression } from '../../../src/worker/write/compress.ts';

for (const name of ['gzip', 'zstd'] as const)
  for (const bytes of [10, 100_000])
    test(`what ${name} makes of ${bytes} bytes can be given to another thread`, async () => {
      const compress = await loadCompression(name);
      const packed = compress(new Uint8Array(bytes));
      assert.equal(packed.buffer.byteLength, packed.byteLength);
      structuredClone(packed, { transfer: [packed.buffer] });
      assert.equal(packed.byteLength, 0);
    });
