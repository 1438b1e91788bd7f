import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../support/samples.ts';
import { transcoder } from '../support/transcode.ts';

/*
 * Messages that once took minutes, or all memory, for what should take a moment. Sizes are such that the old way would not have come
 * to its end.
 */

/** What a hook that returns the alert as it was given brings about. */
function throughHook(text: string): string {
  const [alert] = transcoder().transcodeWithObjects(messageOf(Buffer.from(text)));
  assert.ok(alert);
  return Buffer.from(alert.encodeReturned(alert.alert)).toString();
}

test('for a hook, what lies below a long key costs no more than below a short one', () => {
  const inner = Array.from({ length: 20_000 }, (_, i) => `"n${i}":1.50`).join();
  const text = `{"${'k'.repeat(2_000_000)}":{${inner}},"list":[${'{"x":1.50},'.repeat(20_000)}0]}`;
  assert.equal(throughHook(text), text);
});
