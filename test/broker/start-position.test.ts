import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertConsumer } from '../../src/broker/consumer.ts';
import { type StartRules, startPositions } from '../../src/broker/start-position.ts';

const NONE = -1001;

/** Where `t/0` begins, of which the broker has the offsets from 100 to before 200. */
async function beginning(committed: number, rules: Partial<StartRules> = {}) {
  const consumer = {
    committed: () => Promise.resolve([{ topic: 't', partition: 0, offset: committed }]),
    watermarks: () => Promise.resolve({ low: 100, high: 200 }),
  } as unknown as AlertConsumer;
  const { positions, gaps } = await startPositions(consumer, [{ topic: 't', partition: 0 }], {
    startAt: { kind: 'earliest' },
    isNew: () => false,
    ...rules,
  });
  const [{ offset, behind, committed: known } = { offset: null, behind: null, committed: null }] = positions;
  return { offset, behind, committed: known, lost: gaps.map(({ lost }) => lost) };
}

test('reading goes on at the commit, the first and the last offset included', async () => {
  for (const committed of [100, 150, 200])
    assert.deepEqual(await beginning(committed), {
      offset: committed,
      behind: 'commit',
      committed,
      lost: [],
    });
});

test('what has expired is lost, with its number, and the new place is committed', async () => {
  assert.deepEqual(await beginning(99), { offset: 100, behind: 'expired', committed: -1, lost: [1] });
  assert.deepEqual(await beginning(40), { offset: 100, behind: 'expired', committed: -1, lost: [60] });
});

test('behind segments reading goes on also where all of theirs has just expired', async () => {
  const held = (next: number) => ({ publishedEnd: () => next });
  const found = { behind: 'segment', committed: 90, lost: [] };
  assert.deepEqual(await beginning(90, held(100)), { offset: 100, ...found });
  assert.deepEqual(await beginning(90, held(200)), { offset: 200, ...found });
  await assert.rejects(beginning(90, held(201)), { code: 'TOPIC_RECREATED' });
  // A commit beyond the end says nothing; what is published still does.
  assert.deepEqual(await beginning(5_000, held(100)), {
    ...{ offset: 100, behind: 'segment', committed: -1, lost: [null] },
  });
});

test('a group without a commit begins where it is told to, and topics that appear later at their beginning', async () => {
  const latest = { startAt: { kind: 'latest' } } as const;
  assert.equal((await beginning(NONE)).offset, 100);
  assert.equal((await beginning(NONE, latest)).offset, 200);
  assert.equal((await beginning(NONE, { ...latest, isNew: () => true })).offset, 100);
  assert.equal((await beginning(150, latest)).offset, 150);
  await assert.rejects(beginning(NONE, { startAt: { kind: 'committed' } }), { code: 'NO_POSITION' });
});

test('a partition that comes back with nothing committed begins where it did before, and not at what is the end now', async () => {
  const began = (offset: number) => ({ startAt: { kind: 'latest' }, began: () => offset }) as const;
  assert.deepEqual(await beginning(NONE, began(150)), {
    offset: 150,
    behind: 'start',
    committed: -1,
    lost: [],
  });
  assert.deepEqual(await beginning(NONE, began(90)), {
    offset: 100,
    behind: 'expired',
    committed: -1,
    lost: [10],
  });
  assert.equal((await beginning(NONE, began(201))).offset, 200, 'the topic was cut');
  assert.equal((await beginning(170, began(150))).offset, 170);
});

test('going back takes the bookmark along: what was committed beyond the place counts no more', async () => {
  const wish = (offset: number) => ({ given: () => offset });
  assert.deepEqual(await beginning(150, wish(120)), {
    offset: 120,
    behind: 'given',
    committed: -1,
    lost: [],
  });
  assert.deepEqual(await beginning(110, wish(120)), {
    offset: 120,
    behind: 'given',
    committed: 110,
    lost: [],
  });
  assert.deepEqual(await beginning(150, wish(40)), { offset: 100, behind: 'given', committed: -1, lost: [] });
});

test('of what has expired only that is lost which came to nothing here', async () => {
  const kept =
    (...runs: readonly (readonly [number, number])[]) =>
    (): Promise<typeof runs> =>
      Promise.resolve(runs);
  const found = { offset: 100, behind: 'expired', committed: -1 };
  assert.deepEqual(await beginning(40, { kept: kept([40, 90]) }), { ...found, lost: [10] });
  assert.deepEqual(await beginning(40, { kept: kept([60, 70], [30, 50]) }), { ...found, lost: [10, 30] });
  assert.deepEqual(await beginning(40, { kept: kept([40, 100]) }), { ...found, lost: [] });
});

test('what is saved with another --output, and behind it not all that has expired, is no reason to pass that over', async () => {
  const rules = {
    savedOtherwise: () => Promise.resolve({ next: 150, lastMessage: null }),
    kept: () => Promise.resolve([[60, 100] as const]),
  };
  assert.deepEqual(await beginning(40, rules), { offset: 150, behind: 'commit', committed: 40, lost: [20] });
});
