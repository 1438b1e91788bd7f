import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Watermark } from '../../src/commit/watermark.ts';

test('nothing is committable above a batch that is not finished, in whatever order the others finish', () => {
  const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 20 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(sizes, fc.infiniteStream(fc.nat()), (batches, choices) => {
      const watermark = new Watermark(100);
      let next = 100;
      const open = batches.map(([gap, count]) => {
        const first = next + gap;
        next = first + count;
        return { first, range: watermark.begin(first, next), next };
      });
      while (open.length > 0) {
        const [done] = open.splice((choices.next().value as number) % open.length, 1);
        assert.ok(done);
        watermark.finish(done.range, done.next);
        assert.equal(watermark.committable, open[0]?.first ?? next);
      }
      assert.equal(watermark.committable, watermark.position);
    }),
  );
});

test('a batch that is finished in part raises the watermark to its first open offset', () => {
  const watermark = new Watermark(0);
  const first = watermark.begin(0, 10);
  watermark.begin(10, 20);
  watermark.finish(first, 4);
  assert.equal(watermark.committable, 4);
  watermark.finish(first, 10);
  assert.equal(watermark.committable, 10);
});

test('a mark never goes back', () => {
  const watermark = new Watermark(0);
  const range = watermark.begin(0, 10);
  watermark.finish(range, 7);
  watermark.finish(range, 3);
  assert.equal(watermark.committable, 7);
  watermark.advanceTo(5);
  assert.equal(watermark.position, 10);
});

test('offsets that Kafka keeps for itself at the end count as read, but not while messages before them are open', () => {
  const watermark = new Watermark(0);
  const range = watermark.begin(0, 3);
  watermark.advanceTo(5);
  assert.equal(watermark.committable, 0);
  watermark.finish(range, 3);
  assert.equal(watermark.committable, 5);
});

test('offsets that were read already are refused', () => {
  const watermark = new Watermark(10);
  assert.throws(() => watermark.begin(9, 12), RangeError);
  assert.throws(() => watermark.begin(12, 12), RangeError);
});
