import assert from 'node:assert/strict';
import { test } from 'node:test';
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
import { anyBroker, configOf } from '../support/options.ts';

for (const behind of [[5], []])
  test(`a message that --limit cut, ${behind.length} behind it, is saved to its end when more is allowed, and what was saved before is not counted anew`, async (t) => {
    const dir = newFolder(t);
    const schema = { type: 'record', name: 'alert', fields: [{ name: 'candid', type: 'long' }] };
    const messageOf = (offset: number, ...alerts: readonly number[]) => ({
      ...{ offset, timestampMs: 0, key: null, headers: [] },
      value: container(schema, [{ records: alerts.length, bytes: Buffer.concat(alerts.map(long)) }]),
    });
    const config = await configOf(['ztf', '-d', dir, ...anyBroker]);
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
