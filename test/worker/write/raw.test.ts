import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crc32c } from '../../../src/checksum.ts';
import { RawFrames } from '../../../src/worker/write/raw.ts';

function message(offset: number): Parameters<RawFrames['add']>[0] {
  const value = Buffer.alloc(1_000 + offset, offset);
  const headers = [{ key: 'n', value: Buffer.from(String(offset)) }];
  return { topic: 't', partition: 0, offset, timestampMs: offset, key: Buffer.from('k'), headers, value };
}

test('the checksum of taken frames is that of their bytes, and each take begins anew', () => {
  const frames = new RawFrames();
  for (const offsets of [[0, 1, 2], [3]]) {
    for (const offset of offsets) frames.add(message(offset));
    const { bytes, checksum } = frames.take();
    assert.equal(checksum, new Crc32c().add(bytes).value);
  }
});

test('no checksum is told of frames one of which was taken back', () => {
  const frames = new RawFrames();
  frames.add(message(0));
  const { length } = frames;
  frames.add(message(1));
  frames.truncate(length);
  assert.equal(frames.take().checksum, null);
  frames.add(message(2));
  const { bytes, checksum } = frames.take();
  assert.equal(checksum, new Crc32c().add(bytes).value);
});
