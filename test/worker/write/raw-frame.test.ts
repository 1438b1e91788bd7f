import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '../../../src/checksum.ts';
import { RawFrames } from '../../../src/worker/write/raw.ts';
import { fieldAt, type FramedMessage, LENGTH_BYTES, readFrame } from '../../../src/worker/write/raw-frame.ts';

const messages: readonly FramedMessage[] = [
  {
    ...{ offset: 2 ** 40, timestampMs: 1_800_000_000_000, key: Buffer.from('key') },
    headers: [
      { key: 'é', value: Buffer.from([0, 255]) },
      { key: '', value: null },
    ],
    value: Buffer.from('value'),
  },
  { offset: 0, timestampMs: -1, key: null, headers: [], value: Buffer.alloc(0) },
  { offset: 1, timestampMs: 5, key: Buffer.alloc(0), headers: [], value: Buffer.alloc(0), tombstone: true },
];

/** Behind its length. */
function frameOf(message: FramedMessage): Buffer {
  const frames = new RawFrames();
  frames.add({ topic: 't', partition: 0, ...message });
  return Buffer.from(frames.take().bytes).subarray(LENGTH_BYTES);
}

test('a message comes back from its frame as it was', () => {
  for (const message of messages) assert.deepEqual(readFrame(frameOf(message)), message);
});

test('lengths that do not fit are told, whatever the checksum says', () => {
  const [message] = messages;
  assert.ok(message);
  for (const [at, value] of [
    [fieldAt.keyBytes, -2],
    [fieldAt.keyBytes, 2 ** 31 - 1],
    [fieldAt.valueBytes, 4],
    [fieldAt.valueBytes, -1],
    [fieldAt.headers, 3],
    [fieldAt.headers, 1],
  ] as const) {
    const frame = frameOf(message);
    frame.writeInt32LE(value, at);
    Buffer.from(crc32c(frame.subarray(0, -4)), 'hex')
      .reverse()
      .copy(frame, frame.length - 4);
    assert.throws(
      () => readFrame(frame),
      /offset 1099511627776: its lengths do not fit/,
      `${value} at ${at}`,
    );
  }
});
