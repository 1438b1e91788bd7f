import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerSettings } from '../../src/pool/messages.ts';
import type { PreparedAlert } from '../../src/worker/message-worker.ts';
import { createPrepare } from '../../src/worker/prepare.ts';
import type { ProcessAlert } from '../../src/worker/process/hook.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';

function settingsOf(more: Partial<WorkerSettings>): WorkerSettings {
  return {
    workerIndex: 0,
    deadThreads: [],
    format: 'auto',
    indent: 4,
    nonFinite: 'auto',
    pathTemplate: '{topic}/{alert_id}.json',
    select: { where: null, cones: [], fields: null, stamps: 'keep' },
    topicPrefix: '',
    output: null,
    form: { kind: 'json' },
    processFile: null,
    processCommand: null,
    processTimeoutMs: 1_000,
    onError: 'stop',
    logEachAlert: false,
    glimpses: null,
    toPipe: false,
    ...more,
  };
}

/** What a new worker logs of itself. */
function said(workerIndex: number, hook: ProcessAlert | null, deadThreads: readonly number[] = []): string[] {
  const lines: string[] = [];
  createPrepare(settingsOf({ workerIndex, deadThreads }), new KnownSchemas(), hook, (level, text) => {
    lines.push(`${level}: ${text}`);
  });
  return lines;
}

test('the first worker says which way alerts are transcoded, the others and their successors do not', () => {
  assert.deepEqual(said(0, null), ['debug: Alerts are transcoded with WebAssembly.']);
  assert.match(
    said(0, () => undefined).join(),
    /^debug: .* without WebAssembly: processAlert is given objects\.$/,
  );
  assert.deepEqual(said(1, null), []);
  assert.deepEqual(said(0, null, [7]), []);
});

test('a filter of raw messages keeps tombstones, drops what does not pass, and an empty message is an error', async () => {
  for (const select of [
    { where: 'candid > 1', cones: [] },
    { where: null, cones: ['10.0,20.0,1deg'] },
  ]) {
    const prepare = createPrepare(
      settingsOf({
        form: { kind: 'raw', chunkBytes: 1_000 },
        select: { ...select, fields: null, stamps: 'keep' },
      }),
      new KnownSchemas(),
      null,
      () => undefined,
    );
    const kept = async (value: string, tombstone: boolean): Promise<boolean> => {
      const taken: PreparedAlert[] = [];
      const at = { topic: 't', partition: 0, offset: 7, timestampMs: 1, key: null, headers: [] };
      await prepare(
        { ...at, value: Buffer.from(value), tombstone },
        (alert) => {
          taken.push(alert);
        },
        1,
      );
      assert.equal(taken.length, 1);
      return taken[0]?.bytes !== null;
    };
    assert.equal(await kept('', true), true);
    assert.equal(await kept('{"candid":1}', false), false);
    await assert.rejects(() => kept('', false), { code: 'EMPTY' });
  }
});
