import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { ChunkMemory } from '../../../src/worker/write/chunk-memory.ts';
import { Growing } from '../../../src/worker/write/segment-encoder.ts';

const PIECE_BYTES = 1_000_000;

function memoryWithReturns(): { memory: ChunkMemory; comeBack: (buffer: ArrayBuffer) => void } {
  const { port1, port2 } = new MessageChannel();
  const memory = new ChunkMemory(port2, PIECE_BYTES);
  port1.unref();
  return {
    memory,
    comeBack: (buffer) => {
      port1.postMessage(buffer, [buffer]);
    },
  };
}

test('memory that came back is used again, and seen without a turn of the event loop', () => {
  const { memory, comeBack } = memoryWithReturns();
  const piece = memory.take(10);
  assert.equal(piece.byteLength, PIECE_BYTES);
  new Uint8Array(piece).fill(7);
  comeBack(piece);
  const again = memory.take(PIECE_BYTES);
  // The mark of the first one: new memory is zero.
  assert.equal(new Uint8Array(again)[PIECE_BYTES - 1], 7);
});

test('the smallest piece that is large enough is taken', () => {
  const { memory } = memoryWithReturns();
  memory.giveBack(new ArrayBuffer(3 * PIECE_BYTES));
  memory.giveBack(new ArrayBuffer(2 * PIECE_BYTES));
  memory.giveBack(new ArrayBuffer(PIECE_BYTES));
  assert.equal(memory.take(PIECE_BYTES + 1).byteLength, 2 * PIECE_BYTES);
  assert.equal(memory.take(PIECE_BYTES + 1).byteLength, 3 * PIECE_BYTES);
  assert.equal(memory.take(PIECE_BYTES + 1).byteLength, PIECE_BYTES + 1);
  assert.equal(memory.take(1).byteLength, PIECE_BYTES);
});

test('what is too much to be kept is freed, the oldest first', () => {
  const { memory } = memoryWithReturns();
  const pieces = Array.from({ length: 17 }, (_, i) => new ArrayBuffer(PIECE_BYTES + i));
  for (const piece of pieces) memory.giveBack(piece);
  assert.deepEqual(
    pieces.map(({ byteLength }) => byteLength === 0),
    pieces.map((_, i) => i < 2),
  );
});

test('bytes that outgrow their memory move to a larger piece, and the smaller is free again', () => {
  const { memory } = memoryWithReturns();
  const growing = new Growing(memory);
  growing.append(new Uint8Array(PIECE_BYTES).fill(1));
  growing.append(Uint8Array.of(2));
  const taken = growing.take();
  assert.equal(taken.length, PIECE_BYTES + 1);
  assert.equal(taken.indexOf(2), PIECE_BYTES);
  const free = new Uint8Array(memory.take(1));
  assert.equal(free[0], 1);
  assert.notEqual(free.buffer, taken.buffer);
});

test('a few bytes do not keep a large piece', () => {
  const { memory } = memoryWithReturns();
  const growing = new Growing(memory);
  growing.append(Uint8Array.of(1, 2, 3));
  const taken = growing.take();
  assert.deepEqual([...taken], [1, 2, 3]);
  assert.equal(taken.buffer.byteLength, 3);
  assert.equal(new Uint8Array(memory.take(1))[2], 3);
});
