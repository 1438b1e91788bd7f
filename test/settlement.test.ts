import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchView, outcome, packBatch } from '../src/batch/batch.ts';
import { BatchMemory } from '../src/batch/batch-memory.ts';
import { Entries } from '../src/batch/entries.ts';
import type { Committer } from '../src/commit/committer.ts';
import { PartitionProgress } from '../src/commit/partition-progress.ts';
import { createLog } from '../src/log.ts';
import { PartitionLines } from '../src/pipe/partition-lines.ts';
import type { StandardOutput } from '../src/pipe/standard-output.ts';
import type { BatchReport } from '../src/pool/messages.ts';
import type { Pool } from '../src/pool/pool.ts';
import type { Work } from '../src/pool/work.ts';
import type { Returns } from '../src/returns.ts';
import { Settlement } from '../src/settlement.ts';
import { Ending } from '../src/stop/ending.ts';
import { FailureLimit } from '../src/stop/failure-limit.ts';
import { Limit } from '../src/stop/limit.ts';
import { Telemetry } from '../src/telemetry/telemetry.ts';

const done: BatchReport = {
  unfinished: null,
  failures: [],
  lines: [],
  savedBytes: 1,
  filteredAlerts: 0,
  times: null,
};

/** A partition of so many messages a batch, whose alerts go out as lines. */
function partition(batches: number, messages = 1) {
  const out: string[] = [];
  let takenBelow = 0;
  const lines = new PartitionLines(0, {
    write: (bytes) => {
      out.push(Buffer.from(bytes).toString());
      return Promise.resolve(true);
    },
    onTaken: (next) => {
      takenBelow = next;
    },
  });
  const at = new PartitionProgress({
    topic: 'ztf',
    partition: 0,
    offset: 0,
    committed: 0,
    behind: 'start',
  });
  const works: Work[] = [];
  const limit = new Limit(null);
  // What a worker does in the moment that a batch is given up, the test says.
  const whileCancelling = new Map<Work, () => void>();
  const memory = new BatchMemory(1_000_000);
  const settlement = new Settlement({
    log: createLog({ level: 'warn', format: 'json' }),
    telemetry: new Telemetry(),
    pool: {
      cancel: (work: Work) => {
        whileCancelling.get(work)?.();
        return Promise.resolve();
      },
    } as unknown as Pool,
    limit,
    memory,
    failures: new FailureLimit(100),
    journal: null,
    collector: { of: () => lines } as unknown as StandardOutput,
    committer: { finished: () => undefined } as unknown as Committer,
    returns: { take: () => undefined, retryLimited: () => undefined } as unknown as Returns,
    ending: new Ending(limit),
    onSettled: () => undefined,
  });
  for (let offset = 0; offset < batches; offset++) {
    const first = offset * messages;
    const packed = Array.from({ length: messages }, (_, i) => ({
      ...{ offset: first + i, timestampMs: 0, key: null, value: Buffer.from('x'), headers: [] },
    }));
    const view = new BatchView(packBatch('ztf', 0, packed, false, (bytes) => memory.take(bytes)));
    const work: Work = {
      ...{
        id: offset,
        view,
        entries: new Entries(null),
        noted: 0,
        bytes: 1,
        state: 'with-worker',
        slot: null,
      },
      ...{
        budget: null,
        cutAt: null,
        deaths: new Map(),
        cancelled: false,
        recalled: false,
        wait: null,
        counted: 0,
        savedOfPending: 0,
      },
    };
    at.works.set(work, at.watermark.begin(first, first + messages));
    settlement.begun(work, at);
    works.push(work);
  }
  const finish = (work: Work): void => {
    work.view.finish(0, outcome.SAVED, 1);
    const bytes = new Uint8Array(Buffer.from(`alert ${work.id}`));
    settlement.takeOver(work, {
      from: 0,
      outcomes: Uint8Array.of(outcome.SAVED),
      alerts: Int32Array.of(1),
      head: null,
      parts: [{ folder: '', alerts: 1, bytes, checksum: 0 }],
      stamps: null,
      giveBack: () => undefined,
    });
    settlement.settle(work, done);
  };
  return { at, works, settlement, memory, whileCancelling, finish, out, takenBelow: () => takenBelow };
}

test('a batch that comes back just when it is given up does not go out behind a gap', async () => {
  const { at, works, settlement, whileCancelling, finish, out, takenBelow } = partition(4);
  const [first, second, third, fourth] = works as [Work, Work, Work, Work];
  whileCancelling.set(fourth, () => {
    finish(third);
  });
  await settlement.cancelFrom(at, second);
  finish(first);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(out, ['alert 0']);
  assert.equal(takenBelow(), 1);
  assert.equal(at.finished, 1);
});

test('the memory of a batch that was given up is not for others: its worker may still be at it', async () => {
  const { at, works, settlement, memory } = partition(1);
  const [only] = works as [Work];
  await settlement.cancelFrom(at, only);
  assert.notEqual(memory.take(only.view.batch.memory.byteLength), only.view.batch.memory);
});

test('of a batch that came back in part only what is finished counts', () => {
  const { at, works, settlement } = partition(1, 3);
  const [only] = works as [Work];
  only.view.finish(0, outcome.SAVED, 1);
  only.view.finish(2, outcome.SAVED, 1);
  settlement.settle(only, { ...done, unfinished: { why: 'limit' } });
  assert.equal(at.finished, 1);
  assert.ok(at.works.has(only));
});

test('the memory of a batch is for others when those before it are through, and not before', () => {
  const { works, memory, finish } = partition(2);
  const [first, second] = works as [Work, Work];
  const bytes = second.view.batch.memory.byteLength;
  finish(second);
  assert.notEqual(memory.take(bytes), second.view.batch.memory);
  finish(first);
  assert.deepEqual(
    new Set([memory.take(bytes), memory.take(bytes)]),
    new Set([first.view.batch.memory, second.view.batch.memory]),
  );
});
