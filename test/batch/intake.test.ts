import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Intake } from '../../src/batch/intake.ts';
import type { ConsumedMessage, PartitionOffset } from '../../src/broker/consumer.ts';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';

const messages = (...offsets: readonly number[]): ConsumedMessage[] =>
  offsets.map((offset) => ({
    ...{ topic: 't', partition: 0, offset, timestampMs: -1, key: null, headers: [] },
    value: Buffer.from('x'),
  }));

const endAt = (offset: number): PartitionOffset => ({ topic: 't', partition: 0, offset });

/** An intake of one partition that begins at offset 10, and what it told. */
function takingIn(end: number | null = null) {
  const at = new PartitionProgress({ topic: 't', partition: 0, offset: 10, committed: 10, behind: 'commit' });
  const told: string[] = [];
  const doubts = { believes: true };
  const intake = new Intake({
    progressOf: () => at,
    endOf: () => end,
    submit: (progress, taken) => {
      const offsets = taken.map(({ offset }) => offset);
      told.push(`take ${offsets.join(' ')}`);
      progress.watermark.begin(offsets[0] ?? -1, (offsets.at(-1) ?? -1) + 1);
    },
    onPassed: (_, ranges) => {
      told.push(...ranges.map(({ from, next }) => `passed ${from}–${next - 1}`));
    },
    believes: (progress, next) => next === progress.watermark.position || doubts.believes,
    onOtherTopic: () => undefined,
    onMoved: () => {
      told.push(`at ${at.watermark.position}`);
    },
  });
  return { at, intake, told, doubts };
}

test('messages that were read before, and those from the end on, are not taken', () => {
  const { intake, told, at } = takingIn(13);
  intake.take(at, messages(8, 9, 10, 11));
  intake.take(at, messages(11, 12, 13, 14));
  assert.deepEqual(told, ['take 10 11', 'take 12', 'at 13']);
});

test('offsets that no message came of are told, before, within and behind a read', () => {
  const { intake, told, at } = takingIn();
  intake.take(at, messages(12, 13, 20));
  intake.takeEnd(endAt(22));
  intake.takeEnd(endAt(22));
  assert.deepEqual(told, ['passed 10–11', 'passed 14–19', 'take 12 13 20', 'passed 21–21', 'at 22', 'at 22']);
});

test('nothing is taken, passed or told behind a gap that is not believed yet', () => {
  const { intake, told, at, doubts } = takingIn();
  doubts.believes = false;
  intake.take(at, messages(12));
  intake.takeEnd(endAt(14));
  assert.deepEqual(told, []);
  assert.equal(at.watermark.position, 10);
});

test('a partition that leaves is not begun with any more', () => {
  const { intake, told, at } = takingIn();
  at.leaving = true;
  intake.take(at, messages(10));
  at.leaving = false;
  intake.close();
  intake.take(at, messages(10));
  assert.deepEqual(told, []);
});
