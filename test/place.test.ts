import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareOut } from '../src/broker/given-positions.ts';
import { lacksZone, parseStartAt, parseTime } from '../src/place.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

test('a start is a word, a time, a time ago, or the last messages', () => {
  const time = (text: string): unknown => ({ kind: 'time', timeMs: Date.parse(text) });
  const places: Record<string, unknown> = {
    earliest: { kind: 'earliest' },
    latest: { kind: 'latest' },
    committed: { kind: 'committed' },
    'last-500': { kind: 'last', messages: 500 },
    '2026-11-24T03:00:00Z': time('2026-11-24T03:00:00Z'),
    '2026-11-24T03:00:00.250-05:00': time('2026-11-24T08:00:00.250Z'),
    '2026-11-24': time('2026-11-24T00:00:00Z'),
    '2h-ago': time('2026-11-24T10:00:00Z'),
    '1.5d-ago': time('2026-11-23T00:00:00Z'),
  };
  for (const [text, place] of Object.entries(places)) assert.deepEqual(parseStartAt(text, now), place, text);
});

test('what is ambiguous, to come, or no place at all is not taken as a start', () => {
  for (const text of [
    ...['2026-11-24T03:00:00', '24.11.2026', '2026-02-30', '2026-02-30T00:00:00Z', '-2h', '2h', '2 h-ago'],
    ...['last-0', 'last-', 'last--5', 'now', '', '2026-11-25T00:00:00Z'],
  ])
    assert.equal(parseStartAt(text, now), null, text);
  assert.equal(parseTime('2026-11-25', now), Date.parse('2026-11-25T00:00:00Z'), 'a stop may be to come');
});

test('a time of day without its zone is known as one', () => {
  for (const text of ['2026-11-24T03:00:00', '2026-11-24T03:00']) assert.equal(lacksZone(text), true, text);
  for (const text of [
    '2026-11-24',
    '2026-11-24T03:00Z',
    '2026-11-24T25:00',
    '2026-02-30T03:00',
    'noT',
    '2h-ago',
  ])
    assert.equal(lacksZone(text), false, text);
});

test('the last messages are shared out evenly; what a partition lacks the others give', () => {
  assert.deepEqual(shareOut(9, [100, 100, 100]), [3, 3, 3]);
  assert.deepEqual(shareOut(10, [100, 100, 100]), [4, 3, 3]);
  assert.deepEqual(shareOut(10, [0, 2, 100]), [0, 2, 8]);
  assert.deepEqual(shareOut(2, [5, 5, 5]), [1, 1, 0]);
  assert.deepEqual(shareOut(50, [3, 0, 4]), [3, 0, 4]);
  assert.deepEqual(shareOut(50, []), []);
});
