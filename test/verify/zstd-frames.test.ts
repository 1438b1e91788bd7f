import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { unpackZstd } from '../../src/verify/zstd-frames.ts';
import { loadCompression } from '../../src/worker/write/compress.ts';

const compress = await loadCompression('zstd');

function frame(bytes: Buffer): Buffer {
  return Buffer.from(compress(new Uint8Array(bytes)));
}

/** Gives the bytes in chunks of this length, as a stream of a file does. */
function* chunked(bytes: Buffer, length: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function unpacked(bytes: Buffer, chunkBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of unpackZstd(Readable.from(chunked(bytes, chunkBytes)))) parts.push(part);
  return Buffer.concat(parts);
}

test('zstd frames are unpacked from chunks of any length', async () => {
  const parts = [randomBytes(3), Buffer.alloc(0), Buffer.alloc(5_000, 'a'), randomBytes(300)];
  const whole = Buffer.concat(parts.map(frame));
  for (const length of [1, 7, 100, whole.length])
    assert.deepEqual(await unpacked(whole, length), Buffer.concat(parts));
});

test('zstd frames that are cut off anywhere are told of', async () => {
  const whole = frame(Buffer.from('some text'));
  for (let at = 1; at < whole.length; at++)
    await assert.rejects(unpacked(whole.subarray(0, at), 4), /its last frame has no end/, `cut at ${at}`);
});

test('a zstd frame that comes in many chunks is not copied anew with each', async (t) => {
  const content = randomBytes(1_000_000);
  const large = frame(content);
  const concat = t.mock.method(Buffer, 'concat');
  let bytes = 0;
  for await (const part of unpackZstd(Readable.from(chunked(large, 10_000)))) bytes += part.length;
  assert.equal(bytes, content.length);
  const copied = concat.mock.calls.reduce((sum, { result }) => sum + (result?.length ?? 0), 0);
  assert.ok(copied < 3 * large.length, `${copied} bytes were copied`);
});

test('who has read enough of a zstd file lets go of it', async () => {
  const file = Readable.from(chunked(Buffer.concat([frame(randomBytes(9)), frame(randomBytes(9))]), 5));
  for await (const part of unpackZstd(file)) {
    assert.equal(part.length, 9);
    break;
  }
  assert.ok(file.destroyed);
});
