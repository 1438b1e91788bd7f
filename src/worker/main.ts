import { type MessagePort, parentPort, threadId, workerData } from 'node:worker_threads';
import { EntryWriter } from '../batch/entries.ts';
import { isTracerRegistered } from '../tracing/registered.ts';
import { messageOf } from '../errors.ts';
import { Lease } from '../lease.ts';
import type { FromWorker, LogLevel, SegmentChunk, ToWorker, WorkerData } from '../pool/messages.ts';
import { OutsideWaits } from '../outside-waits.ts';
import { BatchWorker } from './batch-worker.ts';
import type { FormatOption } from './decode/detect.ts';
import { WorkerGlimpses } from './glimpses.ts';
import { Stopwatch } from './stopwatch.ts';
import { MessageWorker } from './message-worker.ts';
import { createPrepare } from './prepare.ts';
import { loadAnyHook } from './process/load.ts';
import { KnownSchemas } from './schemas.ts';
import { OutputFolder } from './write/folder.ts';
import { createPipeSink, createSink } from './write/create-sink.ts';

/**
 * A worker thread's entry. It takes batches one after the other; between two messages it looks whether the turn of a
 * finished batch has come, so that publishing never waits for a whole batch.
 */
const port = parentPort as MessagePort;

/** How long what waits for its name without a lease waits before it looks again. */
const LOOK_AGAIN_MS = 50;

const { settings, chunkMemory, waits: waitsMemory, lease: leaseMemory } = workerData as WorkerData;
const schemas = new KnownSchemas();
const waitingBatches = new Map<number, BatchWorker>();
const inbox: ToWorker[] = [];
const waits = new OutsideWaits(waitsMemory);
const lease = new Lease(leaseMemory);
const stopwatch = new Stopwatch(waits);
let working = false;
let receive: (message: ToWorker) => void = () => undefined;

const say = (message: FromWorker): void => {
  port.postMessage(message);
};

async function start(): Promise<void> {
  const { output, form } = settings;
  const folder =
    output === null
      ? null
      : new OutputFolder(output.dir, output.writer, threadId, settings.deadThreads, stopwatch);
  const send = (batchId: number, chunk: SegmentChunk): void => {
    const buffers = chunk.parts.map(({ bytes }) => bytes.buffer);
    port.postMessage({ type: 'chunk', batchId, chunk } satisfies FromWorker, buffers);
  };
  const toPipe = settings.toPipe ? createPipeSink(send, chunkMemory) : null;
  const sink =
    output === null || folder === null ? toPipe : await createSink(form, output, folder, send, chunkMemory);
  const sendLog = (level: LogLevel, text: string, fields: Record<string, unknown>): void => {
    say({ type: 'log', level, text, fields });
  };
  const loaded = await loadAnyHook(settings, sendLog, waits);
  // A tracer that is registered in the main thread by --import or --require is so in this one, too.
  const hasSpans = typeof loaded === 'function' && isTracerRegistered();
  const hook = hasSpans ? (await import('../tracing/hook-in-trace.ts')).hookInTrace(loaded) : loaded;
  const prepare = createPrepare(settings, schemas, hook, sendLog);
  const glimpses =
    settings.glimpses === null
      ? null
      : new WorkerGlimpses(settings.glimpses, settings.format as FormatOption, schemas, settings.topicPrefix);
  const messages = new MessageWorker(settings, prepare, sink, folder, glimpses);

  const takeUp = async (message: ToWorker): Promise<void> => {
    if (message.type === 'flush') {
      const { flushSpans } = await import('../tracing/flush.ts');
      await flushSpans();
      say({ type: 'flushed' });
      return;
    }
    if (message.type === 'dead') {
      folder?.buried(message.threadId);
      return;
    }
    if (message.type !== 'work') {
      serve(message);
      return;
    }
    const entries = new EntryWriter(message.entries, (memory) => {
      say({ type: 'entries', batchId: message.batchId, memory });
    });
    const batch = new BatchWorker(message, messages, sink, entries, lease);
    const startMs = performance.now();
    await batch.work(serveWaiting);
    const seen = glimpses?.take() ?? [];
    if (seen.length > 0) say({ type: 'glimpses', glimpses: seen });
    const isPublished = batch.publish();
    stopwatch.busyMs += performance.now() - startMs;
    if (isPublished) {
      report(message.batchId, batch);
    } else {
      waitingBatches.set(message.batchId, batch);
      say({ type: 'held', batchId: message.batchId });
    }
  };

  receive = (message) => {
    inbox.push(message);
    if (!working) void work(takeUp);
  };
  port.on('message', receive);
  say({ type: 'ready', hasSpans });
}

async function work(takeUp: (message: ToWorker) => Promise<void>): Promise<void> {
  working = true;
  for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) await takeUp(next);
  working = false;
}

/** Between two messages: has the turn of a batch come that waits? It stands in the shared memory. */
function serveWaiting(): void {
  for (const batchId of waitingBatches.keys()) publish(batchId);
}

function serve(message: Exclude<ToWorker, { type: 'work' | 'flush' | 'dead' }>): void {
  switch (message.type) {
    case 'publish':
    case 'cancel': {
      const startMs = performance.now();
      publish(message.batchId);
      stopwatch.busyMs += performance.now() - startMs;
      // It is its turn, so it lacks the lease; main, which gives that, does not say when it does.
      if (waitingBatches.has(message.batchId)) setTimeout(receive, LOOK_AGAIN_MS, message);
      return;
    }
    case 'recall':
      waitingBatches.get(message.batchId)?.recall();
      publish(message.batchId);
      return;
    case 'schema':
      schemas.add(message.schemaId, message.schemaText);
      return;
  }
}

/** Tries a waiting batch; its turn, or its end, stands in the shared memory. */
function publish(batchId: number): void {
  const batch = waitingBatches.get(batchId);
  if (!batch?.publish()) return;
  waitingBatches.delete(batchId);
  report(batchId, batch);
}

function report(batchId: number, batch: BatchWorker): void {
  // What a sink gives away last is work too, and comes before the times are taken.
  const told = batch.report();
  say({ type: 'done', batchId, report: { ...told, times: stopwatch.take() } });
}

start().catch((error: unknown) => {
  const stack = error instanceof Error ? error.stack : undefined;
  say({ type: 'unusable', reason: messageOf(error), stack });
});
