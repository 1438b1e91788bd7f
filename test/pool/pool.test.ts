import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { BatchView, outcome, packBatch } from '../../src/batch/batch.ts';
import { BatchMemory } from '../../src/batch/batch-memory.ts';
import { Lease } from '../../src/lease.ts';
import type { BatchReport } from '../../src/pool/messages.ts';
import { Pool } from '../../src/pool/pool.ts';
import { newWriter } from '../../src/temporary.ts';
import { settingsForWorkers } from '../../src/worker-settings.ts';
import { afterwards } from '../support/after.ts';
import { container, long } from '../support/avro.ts';
import { allFilesIn, newFolder } from '../support/client.ts';
import { until } from '../support/kafka.ts';
import { anyBroker, configOf } from '../support/options.ts';

/** A worker that saves to a folder, with these options, and what it reports next. */
async function poolOf(t: TestContext, ...options: readonly string[]) {
  const dir = newFolder(t);
  const config = await configOf(['ztf', '-d', dir, ...options, ...anyBroker]);
  let onReport: (report: BatchReport) => void = () => undefined;
  const pool = new Pool(
    settingsForWorkers(config, 'none', false, newWriter()),
    1,
    new BatchMemory(1_000_000),
    new Lease(),
    {
      done: (_, report) => {
        onReport(report);
      },
      returned: (_, report) => {
        onReport(report);
      },
      ...{ chunk: () => undefined, log: () => undefined, glimpses: () => undefined },
      failed: (error) => assert.fail(error),
    },
  );
  afterwards(t, () => pool.stop());
  const reported = (): Promise<BatchReport> =>
    new Promise((resolve) => {
      onReport = resolve;
    });
  return { dir, pool, reported };
}

const schema = { type: 'record', name: 'alert', fields: [{ name: 'candid', type: 'long' }] };
/** A message with these alerts. */
const messageOf = (offset: number, ...alerts: readonly number[]) => ({
  ...{ offset, timestampMs: 0, key: null, headers: [] },
  value: container(schema, [{ records: alerts.length, bytes: Buffer.concat(alerts.map(long)) }]),
});

for (const behind of [[5], []])
  test(`a message that --limit cut, ${behind.length} behind it, is saved to its end when more is allowed, and what was saved before is not counted anew`, async (t) => {
    const { dir, pool, reported } = await poolOf(t);
    const view = new BatchView(
      packBatch('ztf', 0, [messageOf(0, 1, 2, 3, 4), ...behind.map((candid) => messageOf(1, candid))]),
    );
    let report = reported();
    const work = pool.submit(view, 2, null);
    assert.deepEqual((await report).unfinished, { why: 'limit' });
    assert.deepEqual([view.outcomeAt(0), view.savedAt(0)], [outcome.PENDING, 2]);
    assert.deepEqual(allFilesIn(dir), ['ztf/1.json', 'ztf/2.json']);
    // As who counts what was saved notes it.
    work.savedOfPending = 2;
    report = reported();
    pool.resume(work, 3);
    assert.equal((await report).unfinished, null);
    assert.deepEqual([view.outcomeAt(0), view.savedAt(0)], [outcome.SAVED, 4]);
    assert.deepEqual(
      allFilesIn(dir),
      [1, 2, 3, 4, ...behind].map((candid) => `ztf/${candid}.json`),
    );
  });

test('what a worker saved before it died counts towards --limit for the one that goes on', async (t) => {
  const hook = join(newFolder(t), 'hook.mjs');
  const died = join(newFolder(t), 'died');
  writeFileSync(
    hook,
    `import { existsSync, writeFileSync } from 'node:fs';
    export function processAlert({ candid }) {
      if (String(candid) !== '3' || existsSync(${JSON.stringify(died)})) return;
      writeFileSync(${JSON.stringify(died)}, '');
      process.exit(1);
    }`,
  );
  const { dir, pool, reported } = await poolOf(t, '--process', hook);
  const messages = [1, 2, 3, 4, 5].map((candid, offset) => ({
    ...{ offset, timestampMs: 0, key: null, headers: [] },
    value: Buffer.from(JSON.stringify({ candid })),
  }));
  const report = reported();
  pool.submit(new BatchView(packBatch('ztf', 0, messages)), 3, null);
  assert.deepEqual((await report).unfinished, { why: 'limit' });
  assert.ok(existsSync(died));
  assert.deepEqual(
    allFilesIn(dir),
    [1, 2, 3].map((candid) => `ztf/${candid}.json`),
  );
});

for (const when of ['when it waits already', 'as soon as it waits'])
  test(`what a batch may save, which waits for one in front of it that needs it, is given back ${when}, and nothing of it is saved`, async (t) => {
    const { dir, pool, reported } = await poolOf(t);
    const batch = (...messages: Parameters<typeof packBatch>[2]): BatchView =>
      new BatchView(packBatch('ztf', 0, messages));
    let report = reported();
    const first = pool.submit(batch(messageOf(0, 1, 2, 3)), 1, null);
    const second = batch(messageOf(1, 4), messageOf(2, 5));
    const behind = pool.submit(second, 2, null);
    assert.deepEqual((await report).unfinished, { why: 'limit' });
    if (when === 'when it waits already')
      await until('the one behind waits for its turn', () => behind.state === 'held');
    report = reported();
    pool.recallBehind(first);
    assert.deepEqual((await report).unfinished, { why: 'limit' });
    assert.deepEqual([second.outcomeAt(0), second.outcomeAt(1)], [outcome.PENDING, outcome.PENDING]);
    assert.deepEqual(allFilesIn(dir), ['ztf/1.json']);
    // As who counts what was saved notes it.
    first.savedOfPending = 1;
    report = reported();
    pool.resume(first, 2);
    assert.equal((await report).unfinished, null);
    report = reported();
    pool.resume(behind, 2);
    assert.equal((await report).unfinished, null);
    assert.deepEqual(
      allFilesIn(dir),
      [1, 2, 3, 4, 5].map((candid) => `ztf/${candid}.json`),
    );
  });
