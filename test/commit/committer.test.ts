import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertConsumer, BrokerError, PartitionOffset } from '../../src/broker/consumer.ts';
import { Committer } from '../../src/commit/committer.ts';
import { type Durability, SyncNotBegun } from '../../src/commit/durability.ts';
import { partitionKey, PartitionProgress } from '../../src/commit/partition-progress.ts';
import { Journal } from '../../src/journal/journal.ts';
import { createLog, type Log } from '../../src/log.ts';
import { newFolder } from '../support/client.ts';

const UNKNOWN_MEMBER = 25;
const ILLEGAL_GENERATION = 22;
const WAIT_COORDINATOR = -180;
/** Nobody waits so long, unless for something that never comes. */
const LONG_MS = 3_000;

/** What saves, beside the broker. */
interface Output {
  readonly durability?: Durability;
  readonly journal?: Journal | null;
  readonly log?: Log;
  /** The group moves single partitions. */
  readonly cooperative?: boolean;
}

/** Messages up to before an offset were saved. */
function finish(at: PartitionProgress, next: number): void {
  const first = at.watermark.position;
  at.watermark.finish(at.watermark.begin(first, next), next);
  for (let offset = first; offset < next; offset++) at.notes.saved(offset, `{"offset":${offset}}\n`);
}

/** A committer of one partition with three finished messages, whose broker answers when the test says so. */
function committing(
  t: TestContext,
  {
    durability = { fileSync: 'file', description: '', sync: () => Promise.resolve() },
    journal = null,
    log = createLog({ level: 'warn', format: 'json' }),
    cooperative = false,
  }: Output = {},
) {
  const at = new PartitionProgress({ topic: 'ztf', partition: 0, offset: 0, committed: 0, behind: 'start' });
  finish(at, 3);
  const partitions = new Map([[partitionKey(at), at]]);
  const stored: number[] = [];
  const refuses = { store: false };
  const failures: number[] = [];
  const consumer = {
    cooperative,
    onCommit: (() => undefined) as AlertConsumer['onCommit'],
    storeOffsets: (offsets: readonly PartitionOffset[]) => {
      if (refuses.store) throw new Error('erroneous state');
      stored.push(...offsets.map(({ offset }) => offset));
    },
    commit: () => undefined,
  };
  const committer = new Committer({
    consumer: consumer as unknown as AlertConsumer,
    durability,
    journal,
    partitions,
    log,
    commits: 'as-member',
    onConfirmed: () => undefined,
    onRefused: () => undefined,
    closeSegments: null,
    onSyncFailed: (_, inARow) => failures.push(inARow),
    telemetry: null,
  });
  t.after(() => {
    committer.close();
  });
  committer.finished();
  const answer = (code: number | null): void => {
    const error = code === null ? null : ({ code, message: 'refused' } as BrokerError);
    consumer.onCommit(error, [{ topic: 'ztf', partition: 0, offset: 3 }]);
  };
  const flush = () => committer.flush([at], performance.now() + LONG_MS);
  return { at, partitions, committer, answer, flush, stored, refuses, failures };
}

async function until(holds: () => boolean): Promise<void> {
  const lateMs = performance.now() + LONG_MS;
  while (!holds()) {
    assert.ok(performance.now() < lateMs, `in vain: ${String(holds)}`);
    await sleep(5);
  }
}

/** A grouped sync that the test ends, one after the other. */
function syncedByHand() {
  const calls: { good: () => void; bad: (error: Error) => void }[] = [];
  const durability: Durability = {
    fileSync: 'group',
    description: '',
    sync: () =>
      new Promise((resolve, reject) => {
        calls.push({ good: resolve, bad: reject });
      }),
  };
  /** The sync of this number, which may not have begun yet. */
  const sync = async (number: number) => {
    await until(() => calls.length >= number);
    return calls[number - 1] as (typeof calls)[0];
  };
  return { durability, sync };
}

/** What was said until then has come to whom it is for. */
const heard = (): Promise<void> => new Promise(setImmediate);

test('what the broker confirms is committed', async (t) => {
  const { at, answer, flush } = committing(t);
  const flushed = flush();
  answer(null);
  assert.equal(await flushed, 'confirmed');
  assert.equal(at.committed, 3);
});

test('a partition that is taken away while its commit is awaited is lost, and nobody waits for it', async (t) => {
  const { partitions, answer, flush } = committing(t);
  const flushed = flush();
  partitions.clear();
  answer(null);
  assert.equal(await flushed, 'lost');
});

test('who waits for a commit hears that it was refused, also when another begins to wait just then', async (t) => {
  const { answer, flush } = committing(t);
  const first = flush();
  answer(UNKNOWN_MEMBER);
  const second = flush();
  assert.equal(await first, 'lost');
  answer(UNKNOWN_MEMBER);
  assert.equal(await second, 'lost');
});

test('an older generation is a loss where all partitions change hands, and none where they stay', async (t) => {
  const eager = committing(t);
  const taken = eager.flush();
  eager.answer(ILLEGAL_GENERATION);
  assert.equal(await taken, 'lost');
  const cooperative = committing(t, { cooperative: true });
  const kept = cooperative.flush();
  cooperative.answer(ILLEGAL_GENERATION);
  await heard();
  cooperative.answer(null);
  assert.equal(await kept, 'confirmed');
});

test('commits that fail one after the other are told once a minute, until one is confirmed', (t) => {
  const warnings: string[] = [];
  const log = {
    ...createLog({ level: 'warn', format: 'json' }),
    warn: (text: string) => warnings.push(text),
  };
  const { answer } = committing(t, { log: log as unknown as Log });
  for (let second = 0; second < 3; second++) answer(WAIT_COORDINATOR);
  assert.deepEqual(warnings, ['A commit failed: refused; it is tried again every second.']);
  answer(null);
  answer(WAIT_COORDINATOR);
  assert.equal(warnings.length, 2);
});

test('nothing is stored for a topic that is not known again yet, and nobody waits for that', async (t) => {
  const { at, answer, flush, stored } = committing(t);
  at.known = { offset: 2, timestampMs: 0, bytes: 1, crc32c: '' };
  assert.equal(await flush(), 'confirmed');
  assert.deepEqual(stored, []);
  at.known = null;
  const flushed = flush();
  answer(null);
  assert.equal(await flushed, 'confirmed');
  assert.deepEqual(stored, [3]);
});

test('nothing more is committed of a topic that was made again', async (t) => {
  const { at, flush, stored } = committing(t);
  at.isOther = true;
  assert.equal(await flush(), 'confirmed');
  assert.deepEqual(stored, []);
});

test('an offset that librdkafka does not take counts as stored only when it does', async (t) => {
  const { at, answer, flush, stored, refuses } = committing(t);
  refuses.store = true;
  assert.equal(await flush(), 'lost');
  assert.equal(at.stored, 0);
  refuses.store = false;
  const flushed = flush();
  answer(null);
  assert.equal(await flushed, 'confirmed');
  assert.deepEqual(stored, [3]);
});

test('what the broker confirms of a partition that came back is no more than what was stored of it since', (t) => {
  const { at, answer } = committing(t);
  // The answer to what was committed before it went.
  answer(null);
  assert.equal(at.stored, 0);
  assert.equal(at.committed, 0);
});

for (const fileSync of ['file', 'group'] as const) {
  test(`${fileSync}: the journal tells of what is finished before the sync begins that makes it durable`, async (t) => {
    const dir = newFolder(t);
    const path = join(dir, '_journal/ztf/0.ndjson');
    const found: string[] = [];
    const durability: Durability = {
      ...{ fileSync, description: '' },
      sync: () => {
        found.push(readFileSync(path, 'utf8'));
        return Promise.resolve();
      },
    };
    const journal = new Journal(dir, (topic) => topic, fileSync === 'file');
    const { at, answer, flush } = committing(t, { durability, journal });
    assert.equal(at.durable, 0);
    const flushed = flush();
    await until(() => at.durable === 3);
    answer(null);
    await flushed;
    assert.match(found[0] ?? '', /"offset":2\}\n$/);
  });
}

test('while the journal cannot be written nothing is durable', async (t) => {
  const dir = newFolder(t);
  writeFileSync(join(dir, '_journal'), 'no folder');
  let syncs = 0;
  const durability: Durability = {
    ...{ fileSync: 'group', description: '' },
    sync: () => {
      syncs += 1;
      return Promise.resolve();
    },
  };
  const journal = new Journal(dir, (topic) => topic, false);
  const { at, committer, answer, flush, stored } = committing(t, { durability, journal });
  assert.equal(await committer.flush([at], performance.now() + 500), 'late');
  assert.equal(at.durable, 0);
  assert.deepEqual([syncs, stored], [0, []]);
  rmSync(join(dir, '_journal'));
  const flushed = flush();
  await until(() => at.durable === 3);
  answer(null);
  assert.equal(await flushed, 'confirmed');
});

test('what is finished while a sync is under way waits for the next one', async (t) => {
  const { durability, sync } = syncedByHand();
  const { at } = committing(t, { durability });
  const first = await sync(1);
  finish(at, 5);
  first.good();
  const second = await sync(2);
  assert.equal(at.durable, 3);
  second.good();
  await heard();
  assert.equal(at.durable, 5);
});

test('after a sync that failed no later one makes good what it put in doubt, until it is written again', async (t) => {
  const { durability, sync } = syncedByHand();
  const { at, committer, failures } = committing(t, { durability });
  (await sync(1)).bad(new Error('Input/output error'));
  await heard();
  assert.deepEqual(failures, [1]);
  finish(at, 5);
  committer.finished();
  const second = await sync(2);
  // It goes back while that one is under way, which is of what was written before.
  second.good();
  await heard();
  assert.equal(at.durable, 0);
  at.rewind();
  finish(at, 2);
  committer.finished();
  const third = await sync(3);
  at.rewind();
  finish(at, 1);
  third.good();
  await heard();
  assert.equal(at.durable, 0, 'that sync was of the files before');
  committer.finished();
  (await sync(4)).good();
  await heard();
  assert.equal(at.durable, 1);
});

test('a sync that could not be begun has lost nothing, and made nothing durable', async (t) => {
  const { durability, sync } = syncedByHand();
  const { at, failures } = committing(t, { durability });
  (await sync(1)).bad(new SyncNotBegun('spawn sync EMFILE'));
  await heard();
  assert.equal(at.durable, 0);
  (await sync(2)).good();
  await heard();
  assert.equal(at.durable, 3);
  assert.deepEqual(failures, []);
});
