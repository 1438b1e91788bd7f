import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { loadZstd, loadZstdCompressor, nativeCompressor, wasmCompressor } from '../src/zstd.ts';

const { decompress } = await loadZstd();

const contents = {
  nothing: Buffer.alloc(0),
  'a byte': Buffer.from('a'),
  text: Buffer.alloc(100_000, 'a sky of stars '),
  noise: randomBytes(1_000_000),
  'a part of larger memory': randomBytes(1_000).subarray(100, 900),
};

for (const [name, content] of Object.entries(contents))
  test(`${name} comes back from zstd, native and in WebAssembly`, async () => {
    for (const compress of [await loadZstdCompressor(), await wasmCompressor()]) {
      const frame = compress(content);
      assert.deepEqual(Buffer.from(decompress(frame)), content);
      // Its memory is its own, and may be given away.
      structuredClone(frame, { transfer: [frame.buffer] });
      assert.equal(frame.byteLength, 0);
    }
  });

test('zstd is native where the tests run, not slower in silence', async () => {
  assert.notEqual(await nativeCompressor(), null);
});

test('where zstd has no native build, WebAssembly compresses', () => {
  const zstd = new URL('../src/zstd.js', import.meta.url).href;
  const script = `
    const { loadZstdCompressor, nativeCompressor } = await import(${JSON.stringify(zstd)});
    const compress = await loadZstdCompressor();
    console.log(await nativeCompressor(), Buffer.from(compress(Buffer.from('a sky'))).toString('hex'));`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    // As on a system that none was built for.
    env: { NAPI_RS_NATIVE_LIBRARY_PATH: '/nowhere.node' },
    encoding: 'utf8',
  });
  const [isNative, frame = ''] = answer.trim().split(' ');
  assert.equal(isNative, 'null');
  assert.equal(Buffer.from(decompress(Buffer.from(frame, 'hex'))).toString(), 'a sky');
});
