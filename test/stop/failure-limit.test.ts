import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailureLimit } from '../../src/stop/failure-limit.ts';

function firstError(limit: FailureLimit, codes: (string | null)[]): number {
  return codes.findIndex((code) => limit.count(code, 'why') !== null);
}

test('so many failures of one cause in a row end the run', () => {
  assert.equal(firstError(new FailureLimit(5), Array<string>(10).fill('BAD_AVRO')), 4);
});

test('failures of different causes, or with good messages between them, are not in a row', () => {
  const mixed = Array.from({ length: 20 }, (_, i) => (i % 2 ? 'BAD_AVRO' : 'BAD_JSON'));
  assert.equal(firstError(new FailureLimit(5), mixed), -1);
  const withGood = Array.from({ length: 20 }, (_, i) => (i % 4 === 3 ? null : 'BAD_AVRO'));
  assert.equal(firstError(new FailureLimit(5), withGood), -1);
});

test('more than half of the last 1,000 messages bad ends the run', () => {
  const limit = new FailureLimit(1_000_000);
  const codes = Array.from({ length: 2_000 }, (_, i) => (i % 5 < 3 ? 'BAD_AVRO' : null));
  assert.equal(firstError(limit, codes), 1_000);
  // That limit is not of --max-errors.
  assert.doesNotMatch(String(limit.count('BAD_AVRO')?.message), /--max-errors/);
  const half = Array.from({ length: 5_000 }, (_, i) => (i % 2 ? 'BAD_AVRO' : null));
  assert.equal(firstError(new FailureLimit(1_000_000), half), -1);
});

test('the error says what was wrong and which settings to look at', () => {
  const error = new FailureLimit(1).count('BAD_AVRO', 'the block is too long');
  assert.match(
    String(error?.message),
    /1 message in a row failed with BAD_AVRO.*the block is too long.*--format/,
  );
});
