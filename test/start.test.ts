import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertConsumer } from '../src/broker/consumer.ts';
import { GivenPositions } from '../src/broker/given-positions.ts';
import type { Gaps } from '../src/gaps.ts';
import type { Journal } from '../src/journal/journal.ts';
import type { Log } from '../src/log.ts';
import type { Segments } from '../src/segment/segments.ts';
import { Start } from '../src/start.ts';
import { anyBroker, configOf } from './support/options.ts';

/** What stands in the way of a run with these options in a folder whose journal tells of all below 100. */
async function refusal(committed: number, options: readonly string[], end: number | null = null) {
  const failures: string[] = [];
  const start = new Start({
    config: await configOf(['t', '-d', '/nowhere', ...options, ...anyBroker]),
    log: { debug: () => undefined, info: () => undefined } as unknown as Log,
    consumer: {
      committed: () => Promise.resolve([{ topic: 't', partition: 0, offset: committed }]),
      watermarks: () => Promise.resolve({ low: 0, high: 200 }),
    } as unknown as AlertConsumer,
    segments: null,
    journal: {
      endOf: () => Promise.resolve(100),
      filesEndOf: () => Promise.resolve(100),
    } as unknown as Journal,
    saved: () => Promise.resolve(null),
    savedOtherwise: () => Promise.resolve(null),
    kept: null,
    isNew: () => false,
    given: () => new GivenPositions(),
    endOf: () => end,
    readsAgain: () => undefined,
    gaps: { found: () => undefined } as unknown as Gaps,
    fail: ({ message }) => {
      failures.push(message);
    },
  });
  await start.positions([{ topic: 't', partition: 0 }]);
  return failures.join();
}

interface Held {
  readonly next: number;
  /** All below is missing. */
  readonly first: number;
}

/** Where reading of `t/0` begins, with `committed` in the group, for who holds all below `held`; each ask finds the next end. */
async function begin(committed: number, held: number | Held | null, ...ends: readonly number[]) {
  return beginBeside(0, committed, held, ...ends);
}

/** The same where the folder holds all below `other` with another `--output`. */
async function beginBeside(
  other: number,
  committed: number,
  held: number | Held | null,
  ...ends: readonly number[]
) {
  const { next, first } =
    typeof held === 'object' ? (held ?? { next: null, first: 0 }) : { next: held, first: 0 };
  const asked = [...ends];
  const gaps: unknown[] = [];
  const failures: string[] = [];
  const start = new Start({
    config: await configOf(['t', '-d', '-', ...anyBroker]),
    log: { debug: () => undefined, info: () => undefined } as unknown as Log,
    consumer: {
      committed: () => Promise.resolve([{ topic: 't', partition: 0, offset: committed }]),
      watermarks: () => Promise.resolve({ low: 0, high: asked.shift() ?? ends.at(-1) ?? 0 }),
    } as unknown as AlertConsumer,
    segments: {
      holeFrom: (_at: unknown, wanted: number) =>
        Promise.resolve(wanted < first ? [wanted, first - 1] : null),
    } as unknown as Segments,
    journal: null,
    saved: () => Promise.resolve(next === null ? null : { next, lastMessage: null }),
    savedOtherwise: () => Promise.resolve({ next: other, lastMessage: null }),
    kept: null,
    isNew: () => false,
    given: () => new GivenPositions(),
    endOf: () => null,
    readsAgain: () => undefined,
    gaps: { found: (gap: unknown) => gaps.push(gap) } as unknown as Gaps,
    fail: ({ message }) => {
      failures.push(message);
    },
  });
  const positions = await start.positions([{ topic: 't', partition: 0 }]);
  return { offsets: positions.map(({ offset }) => offset), gaps, failures };
}

test('a broker that has just started and tells an old end is asked again', async () => {
  assert.deepEqual(await begin(10, null, 4, 20), { offsets: [10], gaps: [], failures: [] });
  assert.deepEqual(await begin(10, 12, 4, 20), { offsets: [12], gaps: [], failures: [] });
});

test('a place that was given holds until the group has it; after that a partition that comes back goes on where it was', async () => {
  const committed = [90, 90, 15];
  const given = new GivenPositions([{ topic: 't', partition: 0, offset: 10 }]);
  const start = new Start({
    config: await configOf(['t', '-d', '-', '--start-at', '1h-ago', ...anyBroker]),
    log: { debug: () => undefined, info: () => undefined } as unknown as Log,
    consumer: {
      committed: () => Promise.resolve([{ topic: 't', partition: 0, offset: committed.shift() }]),
      watermarks: () => Promise.resolve({ low: 0, high: 100 }),
    } as unknown as AlertConsumer,
    segments: null,
    journal: null,
    saved: () => Promise.resolve(null),
    savedOtherwise: () => Promise.resolve(null),
    kept: null,
    isNew: () => false,
    given: () => given,
    endOf: () => null,
    readsAgain: () => undefined,
    gaps: { found: () => assert.fail('nothing expired') } as unknown as Gaps,
    fail: (error) => assert.fail(error),
  });
  const at = { topic: 't', partition: 0 };
  const begins = async (): Promise<number[]> => (await start.positions([at])).map(({ offset }) => offset);
  assert.deepEqual(await begins(), [10]);
  assert.deepEqual(await begins(), [10], 'nothing was committed');
  given.usedUp(at);
  assert.deepEqual(await begins(), [15]);
});

test('reading begins behind what is saved, or at the commit if that is further', async () => {
  assert.deepEqual((await begin(10, 12, 20)).offsets, [12]);
  assert.deepEqual((await begin(10, 5, 20)).offsets, [10]);
});

test('what is saved still counts where the group has committed beyond the end', async () => {
  const { offsets, failures } = await begin(5_000, { first: 0, next: 12 }, 20);
  assert.deepEqual(offsets, [12]);
  assert.deepEqual(failures, []);
});

test('what a group has not committed and the folder does not hold is not passed over', async () => {
  assert.deepEqual((await begin(90, { first: 90, next: 100 }, 100)).offsets, [100]);
  const { offsets, failures } = await begin(10, { first: 90, next: 100 }, 100);
  assert.deepEqual(offsets, []);
  assert.match(failures.join(), /t\/0 from offset 90 to 99, but not offsets 10 to 89, which .* --output-dir/);
});

test('a group without a commit begins behind what is saved, wherever that begins', async () => {
  assert.deepEqual((await begin(-1, { first: 90, next: 100 }, 100)).offsets, [100]);
});

test('what is saved with another --output is not saved again', async () => {
  assert.deepEqual(await beginBeside(12, 10, null, 20), { offsets: [12], gaps: [], failures: [] });
  assert.deepEqual((await beginBeside(12, -1001, null, 20)).offsets, [12]);
  assert.deepEqual((await beginBeside(12, 10, 15, 20)).offsets, [15]);
  assert.deepEqual((await beginBeside(12, 14, null, 20)).offsets, [14]);
});

test('one file an alert: what begins before the end of the journal and may end before it, too, is refused', async () => {
  assert.match(await refusal(-1, ['--limit', '5']), /up to offset 99, .*leave --limit away/);
  assert.match(await refusal(10, ['--stop-at', '1h-ago'], 60), /up to offset 99, .*leave --stop-at away/);
  assert.equal(await refusal(100, ['--limit', '5']), '');
  assert.equal(
    await refusal(10, ['--limit', '5']),
    '',
    'what the group has not committed is saved again first',
  );
  assert.equal(await refusal(-1, ['--limit', '500']), '');
  assert.equal(await refusal(10, ['--stop-at', '1h-ago'], 100), '');
  assert.equal(await refusal(10, ['--until-end'], 200), '');
  assert.equal(await refusal(10, []), '');
  assert.equal(await refusal(10, ['--limit', '5', '--path', '{topic}/{partition}-{offset}.json']), '');
});
