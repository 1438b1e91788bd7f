import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchView, outcome, type Outcome, packBatch } from '../../src/batch/batch.ts';
import { Entries } from '../../src/batch/entries.ts';
import { Watermark } from '../../src/commit/watermark.ts';
import type { ReceivedChunk } from '../../src/pool/messages.ts';
import type { Work } from '../../src/pool/work.ts';
import { OffsetOrder } from '../../src/segment/offset-order.ts';

const BATCHES = 6;

/** What a topic's partition holds: nothing at an offset where the broker has a marker or compacted a message away. */
type Slot = 'alert' | 'tombstone' | 'nothing';

/** A batch, with what a worker knows of it. */
class Batch {
  readonly work: Work;
  readonly view: BatchView;
  /** Where the worker's next chunk begins. */
  #from: number;

  constructor(first: number, slots: readonly Slot[]) {
    const messages = slots.flatMap((slot, i) =>
      slot === 'nothing'
        ? []
        : [
            {
              ...{ offset: first + i, timestampMs: 0, key: null, headers: [] },
              value: slot === 'alert' ? Buffer.from('a') : null,
            },
          ],
    );
    this.view = new BatchView(packBatch('t', 0, messages));
    this.#from = this.view.firstPending();
    this.work = {
      ...{ id: first, view: this.view, entries: new Entries(null) },
      ...{ noted: 0, bytes: 1, state: 'with-worker', slot: null, budget: null, cutAt: null },
      ...{ deaths: new Map(), cancelled: false, recalled: false, wait: null, counted: 0, savedOfPending: 0 },
    };
  }

  get isWhole(): boolean {
    return this.view.firstPending() === this.view.batch.count;
  }

  /** Offsets of its messages up to the first that is not finished. */
  get finished(): number[] {
    return Array.from({ length: this.view.firstPending() }, (_, i) => this.view.offset(i));
  }

  /** The offset of its first open message; behind its last one where there is none. */
  get next(): number {
    const { count } = this.view.batch;
    return this.isWhole ? this.view.offset(count - 1) + 1 : this.view.offset(this.view.firstPending());
  }

  /** The next chunk, of so many alerts or what is left, with the tombstones between them; finished as the pool does it. */
  chunk(alerts: number): ReceivedChunk {
    const from = this.#from;
    const outcomes: Outcome[] = [];
    for (let left = alerts; left > 0 && !this.isWhole; left--) {
      const index = this.view.firstPending();
      for (let i = from + outcomes.length; i < index; i++) outcomes.push(outcome.TOMBSTONE);
      outcomes.push(outcome.SAVED);
      this.view.finish(index, outcome.SAVED, 1);
    }
    this.#from = from + outcomes.length;
    return {
      ...{ from, outcomes: Uint8Array.from(outcomes), head: null, parts: [], stamps: null },
      alerts: Int32Array.from(outcomes, (each) => (each === outcome.SAVED ? 1 : 0)),
      giveBack: () => undefined,
    };
  }
}

function batchOf(first: number): Batch {
  return new Batch(first, ['alert', 'alert', 'alert', 'alert']);
}

/** What comes to a partition: a chunk, the end of a batch, that one and all behind it are given up, or all that can be is to be published. */
const events = fc.array(
  fc.record({
    what: fc.constantFrom('chunk', 'chunk', 'done', 'cancel', 'reach'),
    batch: fc.nat(BATCHES - 1),
    alerts: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 60 },
);

const slots = fc.array(fc.constantFrom<Slot>('alert', 'alert', 'tombstone', 'nothing'), {
  minLength: 1,
  maxLength: 6,
});
const batches = fc.array(
  slots.filter((each) => each.some((slot) => slot !== 'nothing')),
  { minLength: BATCHES, maxLength: BATCHES },
);

test('whatever is given up, what is handed on has no gap, and all of it that came before the gap is there', () => {
  fc.assert(
    fc.property(batches, events, (given, happening) => {
      const handedOn: number[] = [];
      const order = new OffsetOrder({
        take: (view, { from, outcomes }) => {
          outcomes.forEach((result, i) => {
            assert.equal(result, view.outcomeAt(from + i));
            handedOn.push(view.offset(from + i));
          });
        },
        note: (offset, result) => {
          assert.equal(result, outcome.TOMBSTONE, `${offset} was in no chunk`);
          handedOn.push(offset);
        },
      });
      const watermark = new Watermark(0);
      let end = 0;
      const line = given.map((each) => {
        const batch = new Batch(end, each);
        end += each.length;
        order.begin(batch.work);
        return { batch, range: watermark.begin(batch.view.offset(0), lastOf(batch) + 1), isDone: false };
      });
      let givenUp = BATCHES;
      let wasThrough = false;
      const add = ({ batch, range }: (typeof line)[number], alerts: number): void => {
        order.add(batch.work, batch.chunk(alerts));
        // The whole of it is finished when it is done.
        if (!batch.isWhole) watermark.finish(range, batch.next);
      };
      const finish = (each: (typeof line)[number]): void => {
        each.isDone = true;
        watermark.finish(each.range, each.range.next);
        order.done(each.batch.work);
      };
      const reach = (): number => {
        const reached = order.reach(watermark.committable);
        assert.ok(reached <= watermark.committable);
        const owed = line.flatMap(({ batch: { view } }) =>
          Array.from({ length: view.batch.count }, (_, i) => view.offset(i)),
        );
        assert.deepEqual(
          owed.filter((offset) => offset < reached && !handedOn.includes(offset)),
          [],
          `what lies below ${reached} would count as missing`,
        );
        return reached;
      };
      for (const { what, batch: number, alerts } of happening) {
        const each = line[number] as (typeof line)[number];
        if (what === 'reach') reach();
        // Nothing more comes of what was given up.
        if (number >= givenUp || each.isDone) continue;
        if (what === 'chunk' && !each.batch.isWhole) add(each, alerts);
        else if (what === 'done' && each.batch.isWhole) finish(each);
        else if (what === 'cancel') {
          // From the last one on, as settlement does it; the first may be done in that moment.
          for (const { batch } of line.slice(number + 1).reverse()) order.cancel(batch.work);
          if (each.batch.isWhole && alerts > 1) finish(each);
          order.cancel(each.batch.work);
          givenUp = number;
          wasThrough = line.slice(0, number + 1).every(({ isDone }) => isDone);
        }
      }
      for (const each of line.slice(0, givenUp).filter(({ isDone }) => !isDone)) {
        if (!each.batch.isWhole) add(each, 6);
        finish(each);
      }
      if (givenUp < BATCHES) {
        const late = batchOf(end);
        order.begin(late.work);
        late.chunk(4);
        order.done(late.work);
      }
      assert.deepEqual(
        handedOn,
        // Where the first was through by then, the gap begins in the one behind it.
        line.slice(0, givenUp + (wasThrough ? 2 : 1)).flatMap(({ batch }) => batch.finished),
      );
      // Where it was not done, nothing is finished behind it, and nothing may be owed at the end.
      const reached = reach();
      if (line[givenUp]?.isDone !== true) assert.equal(reached, watermark.committable);
    }),
    { numRuns: 1_000 },
  );
});

test('what is finished of a batch under way is handed on when it is asked for, and only once', () => {
  const handedOn: number[] = [];
  const order = new OffsetOrder({
    take: (view, { from, outcomes }) => {
      outcomes.forEach((_, i) => handedOn.push(view.offset(from + i)));
    },
    note: (offset) => handedOn.push(offset),
  });
  const batch = new Batch(0, ['alert', 'tombstone', 'nothing', 'alert', 'tombstone', 'nothing']);
  order.begin(batch.work);
  assert.equal(order.reach(0), 0);
  order.add(batch.work, batch.chunk(1));
  assert.equal(order.reach(3), 3);
  assert.deepEqual(handedOn, [0, 1]);
  order.add(batch.work, batch.chunk(1));
  order.done(batch.work);
  assert.equal(order.reach(6), 6);
  assert.deepEqual(handedOn, [0, 1, 3, 4]);
});

test('a batch that was done before those before it were is not handed on behind the gap of one that was given up', () => {
  const handedOn: number[] = [];
  const order = new OffsetOrder({
    take: (view, { from, outcomes }) => {
      outcomes.forEach((_, i) => handedOn.push(view.offset(from + i)));
    },
    note: (offset) => handedOn.push(offset),
  });
  const [slow, failed, quick] = [batchOf(0), batchOf(4), batchOf(8)];
  for (const { work } of [slow, failed, quick]) order.begin(work);
  order.add(quick.work, quick.chunk(4));
  order.done(quick.work);
  order.cancel(failed.work);
  order.add(slow.work, slow.chunk(4));
  order.done(slow.work);
  assert.deepEqual(handedOn, [0, 1, 2, 3]);
  assert.equal(order.reach(12), 4, 'whatever counts as finished');
});

function lastOf({ view }: Batch): number {
  return view.offset(view.batch.count - 1);
}
