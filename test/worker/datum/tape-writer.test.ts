import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TapeWriter } from '../../../src/worker/datum/tape-writer.ts';

test('what is too much to become JSON later is refused at once', () => {
  const tapes = new TapeWriter();
  const keys = (count: number): Uint8Array =>
    tapes.write((visitor) => {
      visitor.beginObject(true);
      for (let i = 0; i < count; i++) {
        visitor.key(`key${i}`);
        visitor.null();
      }
      visitor.endObject();
    });
  assert.ok(keys(200_000).length > 0);
  assert.throws(() => keys(200_001), { code: 'TOO_LARGE', message: /more than 200000 different keys/ });
  const texts = (count: number): Uint8Array =>
    tapes.write((visitor) => {
      visitor.beginArray();
      for (let i = 0; i < count; i++) visitor.string('\u0001'.repeat(1_000_000));
      visitor.endArray();
    });
  assert.ok(texts(40).length > 0);
  assert.throws(() => texts(46), { code: 'TOO_LARGE', message: /As JSON it has more than \d+ bytes/ });
});
