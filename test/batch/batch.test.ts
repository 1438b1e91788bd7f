import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchView, outcome, packBatch, turn } from '../../src/batch/batch.ts';

const bytes = fc.option(fc.uint8Array({ maxLength: 200 }), { nil: null });
const headers = fc.array(fc.record({ key: fc.string(), value: bytes }), { maxLength: 3 });

test('a message comes out of a batch as it went in', () => {
  const message = fc.record({ timestampMs: fc.integer(), key: bytes, value: bytes, headers });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 20 }),
      fc.maxSafeNat(),
      (messages, firstOffset) => {
        const packed = messages.map((each, i) => ({ ...each, offset: Math.min(firstOffset, 2 ** 52) + i }));
        const view = new BatchView(packBatch('ztf', 3, packed));
        packed.forEach((wanted, i) => {
          const got = view.message(i);
          assert.deepEqual(
            [got.topic, got.partition, got.offset, got.timestampMs, got.headers],
            ['ztf', 3, wanted.offset, wanted.timestampMs, wanted.headers],
          );
          assert.deepEqual(got.key && Buffer.from(got.key), wanted.key && Buffer.from(wanted.key));
          if (wanted.value === null) assert.equal(view.outcomeAt(i), outcome.TOMBSTONE);
          else assert.deepEqual(Buffer.from(got.value), Buffer.from(wanted.value));
        });
      },
    ),
  );
});

test('values and keys lie in their words as they lay before, so that they are copied by words', () => {
  const memory = new Uint8Array(100);
  const part = fc
    .tuple(fc.nat(20), fc.nat(70))
    .map(([start, length]) => memory.subarray(start, start + length));
  fc.assert(
    fc.property(fc.array(fc.tuple(part, part), { maxLength: 9 }), (parts) => {
      const messages = parts.map(([key, value], i) => ({
        offset: i,
        timestampMs: 0,
        key,
        value,
        headers: [],
      }));
      const view = new BatchView(packBatch('ztf', 3, messages));
      for (const [i, { key, value }] of messages.entries()) {
        const got = view.message(i);
        assert.equal((got.value.byteOffset - value.byteOffset) % 8, 0);
        assert.equal(((got.key?.byteOffset ?? 0) - key.byteOffset) % 8, 0);
      }
    }),
  );
});

function batchOf(count: number): BatchView {
  const messages = Array.from({ length: count }, (_, i) => ({
    offset: i,
    timestampMs: 0,
    key: null,
    value: new Uint8Array([i]),
    headers: [],
  }));
  return new BatchView(packBatch('topic', 0, messages));
}

test('two windows on a batch see the same progress', () => {
  const view = batchOf(3);
  const other = new BatchView(view.batch);
  view.enterMessage(1);
  view.finish(0, outcome.SAVED, 2);
  assert.equal(other.currentMessage(), 1);
  assert.equal(other.firstPending(), 1);
  assert.equal(other.savedAt(0), 2);
  view.leaveMessage();
  assert.equal(other.currentMessage(), -1);
});

test('a batch publishes only when it is its turn', () => {
  const view = batchOf(1);
  assert.equal(view.beginPublishing(), false);
  assert.equal(view.grantTurn(), true);
  assert.equal(view.beginPublishing(), true);
  view.endPublishing();
  assert.equal(view.turn(), turn.GRANTED);
});

test('a batch cannot be cancelled in the middle of a publication, and publishes nothing after it was', () => {
  const view = batchOf(1);
  view.grantTurn();
  view.beginPublishing();
  assert.equal(view.cancel(), false);
  view.endPublishing();
  assert.equal(view.cancel(), true);
  assert.equal(view.beginPublishing(), false);
  assert.equal(view.grantTurn(), false);
});
