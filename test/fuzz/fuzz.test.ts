import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzWatched } from './watch.ts';
import { seedFormats } from './seeds.ts';

const INPUTS = 50_000;
/** Far more than any message needs on any machine. */
const HANG_MS = 120_000;

test('50,000 spoilt messages decode or are bad messages, and write nothing beside their folder', async () => {
  const options = { seed: 4, inputs: INPUTS, from: 0, format: null, compareEvery: 50, saveEvery: 100 };
  const { outcomes, saves } = await fuzzWatched(options, HANG_MS);
  assert.deepEqual(Object.keys(outcomes).sort(), [...seedFormats].sort());
  let sum = 0;
  for (const [format, counts] of Object.entries(outcomes)) {
    // A mutator that spoils everything, or nothing, tests little.
    assert.ok((counts['decoded'] ?? 0) > 0, `no ${format} message decoded`);
    assert.ok(Object.keys(counts).length > 3, `${format} messages fail in few ways`);
    for (const count of Object.values(counts)) sum += count;
  }
  assert.equal(sum, INPUTS);
  assert.ok((saves['saved'] ?? 0) > 0 && (saves['dead letter'] ?? 0) > 0, JSON.stringify(saves));
});
