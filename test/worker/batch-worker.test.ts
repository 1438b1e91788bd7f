import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { BatchView, outcome, packBatch } from '../../src/batch/batch.ts';
import { EntryWriter } from '../../src/batch/entries.ts';
import { Lease } from '../../src/lease.ts';
import type { SegmentChunk, WorkerSettings } from '../../src/pool/messages.ts';
import { newWriter } from '../../src/temporary.ts';
import { BatchWorker } from '../../src/worker/batch-worker.ts';
import { MessageWorker } from '../../src/worker/message-worker.ts';
import { createPrepare } from '../../src/worker/prepare.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { ChunkMemory } from '../../src/worker/write/chunk-memory.ts';
import { OutputFolder } from '../../src/worker/write/folder.ts';
import { JsonFiles } from '../../src/worker/write/json-files.ts';
import { Ndjson } from '../../src/worker/write/ndjson.ts';
import { OutputError } from '../../src/worker/write/output-error.ts';
import { Segments } from '../../src/worker/write/segments.ts';
import type { Sink } from '../../src/worker/write/sink.ts';
import { container, long } from '../support/avro.ts';
import { allFilesIn, jsonAlert, newFolder } from '../support/client.ts';

const schema = { type: 'record', name: 'alert', fields: [{ name: 'candid', type: 'long' }] };

/** A message of several alerts; null: one that cannot be read. */
function containerOf(...candids: readonly (number | null)[]): Buffer {
  const bytes = Buffer.concat(candids.map((candid) => (candid === null ? Buffer.of(0xff) : long(candid))));
  return container(schema, [{ records: candids.length, bytes }]);
}

/** A worker's way for one batch of these messages, in a folder of its own. */
function workOn(
  t: TestContext,
  values: readonly (Buffer | null)[],
  sinkIn: (folder: OutputFolder, chunks: SegmentChunk[]) => Sink,
  form: WorkerSettings['form'] = { kind: 'json' },
  hasTurn = true,
) {
  const root = newFolder(t);
  const writer = newWriter();
  const settings: WorkerSettings = {
    ...{ workerIndex: 1, deadThreads: [], format: 'auto', indent: 0, nonFinite: 'auto', topicPrefix: '' },
    ...{ pathTemplate: '{topic}/{alert_id}.json', toPipe: false, logEachAlert: false, glimpses: null },
    ...{ processFile: null, processCommand: null, processTimeoutMs: 1_000, onError: 'dead-letter', form },
    select: { where: null, cones: [], fields: null, stamps: 'keep' },
    output: { dir: root, sync: 'file', caseInsensitive: false, writer },
  };
  const messages = values.map((value, offset) => ({
    ...{ offset, timestampMs: 0, key: null, headers: [], value },
  }));
  const batch = packBatch('ztf', 0, messages);
  const view = new BatchView(batch);
  if (hasTurn) view.grantTurn();
  const folder = new OutputFolder(root, writer, 1, []);
  const chunks: SegmentChunk[] = [];
  const sink = sinkIn(folder, chunks);
  const prepare = createPrepare(settings, new KnownSchemas(), null, () => undefined);
  const lease = new Lease();
  const worker = new BatchWorker(
    { type: 'work', batchId: 0, batch, entries: null, budget: null, poisoned: [], cutAt: null },
    new MessageWorker(settings, prepare, sink, folder),
    sink,
    new EntryWriter(null, () => undefined),
    lease,
  );
  return { root, view, lease, worker, sink, chunks };
}

const lines = { kind: 'ndjson', compression: 'none', chunkBytes: 1_000_000, byPath: false } as const;

/** What puts alerts into chunks of lines. */
function linesIn(folder: OutputFolder, onSent: (chunk: SegmentChunk) => void): Segments {
  const newEncoder = (): Ndjson =>
    new Ndjson((bytes) => bytes, new ChunkMemory(new MessageChannel().port1, 1_000));
  return new Segments(
    newEncoder,
    () => '',
    1_000_000,
    folder,
    true,
    (_, chunk) => {
      onSent(chunk);
    },
  );
}

const outcomes = (view: BatchView): number[] =>
  Array.from({ length: view.batch.count }, (_, index) => view.outcomeAt(index));

test('without the lease no file gets its name, and no message counts as saved; with it they do', async (t) => {
  const { root, view, lease, worker } = workOn(
    t,
    [jsonAlert(1), jsonAlert(2)],
    (folder) => new JsonFiles(folder, 'none'),
  );
  lease.endIn(-1);
  await worker.work(() => undefined);
  assert.ok(!worker.publish());
  assert.deepEqual(outcomes(view), [outcome.PENDING, outcome.PENDING]);
  assert.ok(!allFilesIn(root).some((path) => path.endsWith('.json')));
  lease.endIn(60_000);
  assert.ok(worker.publish());
  assert.deepEqual(outcomes(view), [outcome.SAVED, outcome.SAVED]);
  assert.deepEqual(allFilesIn(root), ['ztf/1.json', 'ztf/2.json']);
});

test('an alert whose name a folder has is a dead letter, and what comes behind it is saved', async (t) => {
  const { root, view, worker } = workOn(
    t,
    [jsonAlert(1), jsonAlert(2), jsonAlert(3)],
    (folder) => new JsonFiles(folder, 'none'),
  );
  // As `--path` with one folder more had made it.
  mkdirSync(join(root, 'ztf/2.json'), { recursive: true });
  await worker.work(() => undefined);
  assert.ok(worker.publish());
  assert.deepEqual(outcomes(view), [outcome.SAVED, outcome.DEAD, outcome.SAVED]);
  const { failures, unfinished } = worker.report();
  assert.equal(unfinished, null);
  assert.deepEqual(
    failures.map(({ offset, code }) => [offset, code]),
    [[1, 'NAME_TAKEN']],
  );
  assert.deepEqual(allFilesIn(root), [
    ...['_dead-letter/ztf/0-1.bin', '_dead-letter/ztf/0-1.json'],
    ...['ztf/1.json', 'ztf/3.json'],
  ]);
});

test('in a segment a message whose image cannot have its name takes none along that stands behind it', async (t) => {
  const { worker, chunks } = workOn(
    t,
    [jsonAlert(1), jsonAlert(2)],
    (folder, sent) => {
      const sink = linesIn(folder, (chunk) => sent.push(chunk));
      const write = sink.write.bind(sink);
      sink.write = (message, ...more) => {
        const file = write(message, ...more);
        const publish = (): void => {
          if (message.offset === 0) throw new OutputError('0.fits', { code: 'EISDIR' });
          file.publish();
        };
        return { ...file, publish };
      };
      return sink;
    },
    lines,
    false,
  );
  await worker.work(() => undefined);
  worker.view.grantTurn();
  worker.publish();
  assert.equal(worker.report().unfinished?.why, 'output');
  assert.deepEqual(chunks, []);
});

test('a message counts as saved when the folder that has its name is synced, and not before', async (t) => {
  const { view, worker, sink } = workOn(
    t,
    [jsonAlert(1), jsonAlert(2)],
    (folder) => new JsonFiles(folder, 'file'),
  );
  const seen: number[][] = [];
  const syncFolders = sink.syncFolders.bind(sink);
  sink.syncFolders = () => {
    seen.push(outcomes(view));
    syncFolders();
  };
  await worker.work(() => undefined);
  assert.ok(worker.publish());
  assert.deepEqual(seen, [[outcome.PENDING, outcome.PENDING]]);
  assert.deepEqual(outcomes(view), [outcome.SAVED, outcome.SAVED]);
});

test('of a message whose last alert is bad none is in the segment, only its dead letter is there', async (t) => {
  const calls: string[] = [];
  const { root, worker, chunks } = workOn(
    t,
    [containerOf(1, 2), containerOf(3, 4, null), null, containerOf(5)],
    (folder, sent) => {
      const syncFolders = folder.syncFolders.bind(folder);
      folder.syncFolders = () => {
        syncFolders();
        calls.push('synced');
      };
      return linesIn(folder, (chunk) => {
        calls.push('sent');
        sent.push(chunk);
      });
    },
    lines,
  );
  await worker.work(() => undefined);
  worker.publish();
  worker.report();
  const [chunk, ...more] = chunks;
  assert.deepEqual(more, []);
  assert.deepEqual(calls, ['synced', 'sent'], 'the letter has its name on the disk before its offset counts');
  assert.deepEqual(
    [...(chunk?.outcomes ?? [])],
    [outcome.SAVED, outcome.DEAD, outcome.TOMBSTONE, outcome.SAVED],
  );
  assert.deepEqual([...(chunk?.alerts ?? [])], [2, 0, 0, 1]);
  const [part] = chunk?.parts ?? [];
  assert.equal(part?.alerts, 3);
  assert.equal(Buffer.from(part.bytes).toString(), '{"candid":1}\n{"candid":2}\n{"candid":5}\n');
  assert.deepEqual(readFileSync(join(root, '_dead-letter/ztf/0-1.bin')), containerOf(3, 4, null));
});

test('a batch that came back goes on behind what of it is in the segment already', async (t) => {
  const { view, worker, sink, chunks } = workOn(
    t,
    [jsonAlert(1), null, jsonAlert(2)],
    (folder, sent) => linesIn(folder, (chunk) => sent.push(chunk)),
    lines,
  );
  view.finish(0, outcome.SAVED, 1);
  // As when the worker takes it up again.
  sink.begin(0, view, null);
  await worker.work(() => undefined);
  worker.publish();
  worker.report();
  assert.deepEqual(
    chunks.map(({ from, outcomes }) => [from, ...outcomes]),
    [[2, outcome.SAVED]],
  );
});
