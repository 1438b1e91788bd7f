import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Intake } from '../../src/batch/intake.ts';
import type { ConsumedMessage, PartitionOffset } from '../../src/broker/consumer.ts';
import type { KnownMessage } from '../../src/broker/start-position.ts';
import { crc32c } from '../../src/checksum.ts';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';

const messages = (...offsets: readonly number[]): ConsumedMessage[] =>
  offsets.map((offset) => ({
    ...{ topic: 't', partition: 0, offset, timestampMs: -1, key: null, headers: [] },
    value: Buffer.from('x'),
  }));

const endAt = (offset: number): PartitionOffset => ({ topic: 't', partition: 0, offset });

const messageAt = (offset: number, text = 'x'): KnownMessage => ({
  ...{ offset, timestampMs: -1, bytes: text.length },
  crc32c: crc32c(Buffer.from(text)),
});

/** An intake of one partition that begins at offset 10, and what it told. */
function takingIn(end: number | null = null, known: KnownMessage | null = null) {
  const at = new PartitionProgress({
    ...{ topic: 't', partition: 0, offset: 10, committed: 10, known },
    behind: known === null ? 'commit' : 'segment',
  });
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
    onOtherTopic: () => {
      told.push('other topic');
    },
    onCut: () => {
      told.push('cut');
    },
    onSetBack: (_, offset) => {
      told.push(`set back to ${offset}`);
    },
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
  assert.deepEqual(told, ['take 10 11', 'set back to 11', 'at 12', 'take 12', 'at 13']);
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

test('the topic is known again by its last saved message, be that message all there is', () => {
  const { intake, told, at } = takingIn(null, messageAt(9));
  intake.take(at, messages(9));
  assert.equal(at.known, null);
  assert.deepEqual(told, ['at 10']);
});

test('the topic is known again by a message whose timestamp is beyond what files hold', () => {
  for (const [came, held] of [
    [1_795_489_200_000_000_000, Number.MAX_SAFE_INTEGER],
    [-(2 ** 63), Number.MIN_SAFE_INTEGER],
  ] as const) {
    const { intake, at, told } = takingIn(null, { ...messageAt(9), timestampMs: held });
    intake.take(
      at,
      messages(9, 10).map((message) => ({ ...message, timestampMs: came })),
    );
    assert.deepEqual([at.known, told], [null, ['at 10', 'take 10']]);
  }
});

test('another message in the place of the last saved one: nothing is taken, then or later, and it stays unknown', () => {
  const { intake, told, at } = takingIn(null, messageAt(9, 'y'));
  intake.take(at, messages(9, 10));
  intake.take(at, messages(11));
  intake.takeEnd(endAt(12));
  assert.deepEqual(told, ['other topic']);
  assert.notEqual(at.known, null);
});

test('where the last saved message is gone, reading goes on: behind a later one, or behind the end', () => {
  const later = takingIn(null, messageAt(8));
  later.intake.take(later.at, messages(10));
  assert.equal(later.at.known, null);
  for (const mark of [null, 10]) {
    const { intake, at } = takingIn(mark, messageAt(8));
    intake.takeEnd(endAt(8));
    assert.notEqual(at.known, null, 'it may come yet');
    intake.takeEnd(endAt(10));
    assert.equal(at.known, null);
  }
});

test('where the broker sets reading back, nothing is committed until the last message that was read is seen again', () => {
  const { at, intake, told } = takingIn();
  intake.take(at, messages(10, 11, 12));
  told.length = 0;
  intake.take(at, messages(3, 4));
  assert.equal(at.isSameTopic, false);
  intake.take(at, messages(11, 12, 13));
  assert.equal(at.isSameTopic, true);
  assert.deepEqual(told, ['set back to 3', 'at 13', 'take 13']);
});

test('what the broker has lost and given to other messages ends reading: by one of these, or by an end before them', () => {
  const other = (offset: number): ConsumedMessage[] =>
    messages(offset).map((message) => ({ ...message, value: Buffer.from('y') }));
  for (const known of [null, messageAt(9)]) {
    for (const next of ['message', 'end']) {
      const { at, intake, told } = takingIn(null, known);
      if (known === null) intake.take(at, messages(10, 11));
      else intake.take(at, messages(9));
      const last = known === null ? 11 : 9;
      told.length = 0;
      intake.take(at, messages(3, 4));
      if (next === 'end') intake.takeEnd(endAt(5));
      else intake.take(at, other(last));
      intake.take(at, messages(12));
      assert.deepEqual(told, ['set back to 3', 'cut']);
      assert.equal(at.isSameTopic, false);
    }
  }
});

test('what is read again from what is durable on is no sign of a loss', () => {
  const { at, intake, told } = takingIn();
  intake.take(at, messages(10, 11));
  at.rewind();
  told.length = 0;
  intake.take(at, messages(10, 11));
  assert.deepEqual(told, ['take 10 11']);
});
