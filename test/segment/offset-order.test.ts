import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchView, outcome, packBatch } from '../../src/batch/batch.ts';
import { Entries } from '../../src/batch/entries.ts';
import type { ReceivedChunk } from '../../src/pool/messages.ts';
import type { Work } from '../../src/pool/work.ts';
import { OffsetOrder } from '../../src/segment/offset-order.ts';

const BATCHES = 6;
const BATCH_MESSAGES = 4;

function workFrom(first: number): Work {
  const messages = Array.from({ length: BATCH_MESSAGES }, (_, i) => ({
    ...{ offset: first + i, timestampMs: 0, key: null, headers: [] },
    value: Buffer.from('a'),
  }));
  return {
    ...{ id: first, view: new BatchView(packBatch('t', 0, messages)), entries: new Entries(null) },
    ...{ noted: 0, bytes: 1, state: 'with-worker', slot: null, budget: null, cutAt: null, deaths: new Map() },
    ...{ cancelled: false, wait: null, counted: 0, savedOfPending: 0 },
  };
}

/** The chunk of one message, saved. */
function chunkOf(from: number): ReceivedChunk {
  const message = { from, outcomes: Uint8Array.of(outcome.SAVED), alerts: Int32Array.of(1) };
  return { ...message, head: null, parts: [], stamps: null, giveBack: () => undefined };
}

/** What comes to a partition: the next message of a batch, the end of a batch, or that one and all behind it are given up. */
const events = fc.array(
  fc.record({ what: fc.constantFrom('message', 'message', 'done', 'cancel'), batch: fc.nat(BATCHES - 1) }),
  { maxLength: 60 },
);

test('whatever is given up, what is handed on has no gap, and all of it that came before the gap is there', () => {
  fc.assert(
    fc.property(events, (given) => {
      const handedOn: number[] = [];
      const order = new OffsetOrder({
        take: (view, { from, outcomes }) => {
          outcomes.forEach((_, i) => handedOn.push(view.offset(from + i)));
        },
        note: (offset) => handedOn.push(offset),
      });
      const works = Array.from({ length: BATCHES }, (_, i) => workFrom(i * BATCH_MESSAGES));
      const came = works.map(() => 0);
      for (const work of works) order.begin(work);
      let givenUp = BATCHES;
      for (const { what, batch } of given) {
        const work = works[batch] as Work;
        // Nothing more comes of what was given up, but for the one that was given up first.
        if (batch >= givenUp) continue;
        const from = came[batch] as number;
        if (what === 'message' && from < BATCH_MESSAGES) {
          order.add(work, chunkOf(from));
          came[batch] = from + 1;
        } else if (what === 'done' && from === BATCH_MESSAGES) order.done(work);
        else if (what === 'cancel') {
          // From the last one on, as settlement does it; done ones are not asked about.
          for (const each of works.slice(batch).reverse()) order.cancel(each);
          givenUp = batch;
        }
      }
      for (let i = 0; i < Math.min(givenUp, BATCHES); i++) {
        for (let from = came[i] as number; from < BATCH_MESSAGES; from++) {
          order.add(works[i] as Work, chunkOf(from));
        }
        order.done(works[i] as Work);
      }
      const late = workFrom(BATCHES * BATCH_MESSAGES);
      if (givenUp < BATCHES) {
        order.begin(late);
        order.done(late);
      }
      const whole = givenUp * BATCH_MESSAGES + (came[givenUp] ?? 0);
      assert.deepEqual(
        handedOn,
        Array.from({ length: whole }, (_, i) => i),
      );
      assert.equal(order.empty, givenUp === BATCHES);
    }),
    { numRuns: 500 },
  );
});

test('a batch that was done before those before it were is not handed on behind the gap of one that was given up', () => {
  const handedOn: number[] = [];
  const order = new OffsetOrder({
    take: () => assert.fail('there are no chunks'),
    note: (offset) => handedOn.push(offset),
  });
  const [slow, failed, quick] = [workFrom(0), workFrom(4), workFrom(8)];
  for (const work of [slow, failed, quick]) order.begin(work);
  order.done(quick);
  order.cancel(failed);
  order.done(slow);
  assert.deepEqual(handedOn, [0, 1, 2, 3]);
});
