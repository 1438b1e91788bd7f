import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerSettings } from '../../src/pool/messages.ts';
import { createPrepare } from '../../src/worker/prepare.ts';
import type { ProcessAlert } from '../../src/worker/process/hook.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';

/** What a new worker logs of itself. */
function said(workerIndex: number, hook: ProcessAlert | null, deadThreads: readonly number[] = []): string[] {
  const lines: string[] = [];
  const settings: WorkerSettings = {
    workerIndex,
    deadThreads,
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
  };
  createPrepare(settings, new KnownSchemas(), hook, (level, text) => {
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
