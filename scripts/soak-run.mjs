// What `npm run soak` does: it samples each client's memory, file descriptors and event loop, and prints how they grew.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createTopics } from '../build/src/broker/admin.js';
import { AlertConsumer } from '../build/src/broker/consumer.js';
import { AlertProducer } from '../build/src/broker/producer.js';
import { simulateNight } from '../build/src/simulate/night.js';
import { describeSlope, slopeOf } from '../build/test/support/slope.js';
import { startKafka } from './kafka/broker.mjs';

const SAMPLE_MS = 2_000;
/** So often each thread of a client collects garbage, to tell what lives from what only has not been collected. */
const COLLECTION_MS = 20_000;
/** Start-up is not growth: heaps, prefetch queues and code caches fill. */
const WARM_UP_SHARE = 0.2;
/** The broker keeps this much of each partition, so that the disk does not fill. */
const RETENTION_BYTES = 200e6;
const DIFFERENT_ALERTS = 2_000;
/** How far the producer may be ahead of the readers. */
const MAX_LAG_ALERTS = 4_000;
const root = join(import.meta.dirname, '..');

const { values, positionals } = readOptions();
const minutes = Number(values.minutes);
const partitions = Number(values.partitions);
const topic = 'simulated_ztf';
const folder = mkdtempSync(join(tmpdir(), 'antares-soak-'));
const outputDir = join(folder, 'out');
const preload = join(folder, 'event-loop.mjs');
// What the event loop of a client did, and what each of its threads holds, stands in files of their own.
writeFileSync(
  preload,
  `import { monitorEventLoopDelay } from 'node:perf_hooks';
import { writeFileSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
const write = (name, content) => writeFileSync(${JSON.stringify(folder)} + '/' + name, JSON.stringify(content));
setInterval(() => write('memory-' + process.pid + '-' + threadId, process.memoryUsage()), 1000).unref();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
setInterval(() => {
  collect();
  write('live-' + process.pid + '-' + threadId, process.memoryUsage());
}, ${COLLECTION_MS}).unref();
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  setInterval(() => {
    write('delay-' + process.pid, { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 });
  }, 1000).unref();
}`,
);
const kafka = await startKafka();
const properties = { 'bootstrap.servers': kafka.bootstrap.plaintext };
const counts = { produced: 0, committed: 0, removedFiles: 0, joins: 0, failed: 0, lost: 0 };
/** The offsets of each partition that were found saved. */
const seen = Array.from({ length: partitions }, () => new Set());
/** RSS, heaps and external memory of each guest when it left. */
const guestMemory = [];
const endMs = performance.now() + minutes * 60_000;
let over = false;

try {
  await createTopics(properties, [topic], partitions, {
    'retention.bytes': String(RETENTION_BYTES),
    'segment.bytes': '20000000',
    'retention.ms': '-1',
  });
  const stays = startClient('stays');
  const producing = produce();
  const watching = watchGroup();
  const cleaning = clean();
  const guests = comeAndGo();
  const samples = await sample(stays);
  over = true;
  await Promise.all([producing, guests]);
  await until(() => counts.committed >= counts.produced, 120_000);
  await watching;
  await stop(stays);
  await cleaning;
  report(samples, stays);
} finally {
  over = true;
  await kafka.stop();
  rmSync(folder, { recursive: true, force: true });
}

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: 'string', default: '20' },
        partitions: { type: 'string', default: '4' },
        'stay-s': { type: 'string', default: '15' },
      },
    });
  } catch (error) {
    console.error(`${error.message.split('. ')[0]}. npm run soak -- --help lists what there is.`);
    process.exit(2);
  }
}

function startClient(name) {
  const child = spawn(
    process.execPath,
    [
      '--import',
      preload,
      join(root, 'build', 'src', 'cli.js'),
      topic,
      ...['-d', outputDir, '-g', 'soak', '--bootstrap-servers', kafka.bootstrap.plaintext],
      // One path for each offset: what was saved can be counted, and is, by the position.
      ...['--path', '{topic}/{partition}-{offset}.json'],
      ...positionals,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const client = { name, child, log: '', ended: once(child, 'exit') };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    client.log = (client.log + text).slice(-20_000);
    if (/offsets of .* are lost/.test(text)) counts.lost += 1;
  });
  return client;
}

async function stop(client) {
  client.child.kill('SIGTERM');
  const [code] = await client.ended;
  if (code === 0) return;
  counts.failed += 1;
  console.error(`A client ended with ${code}:\n${client.log}`);
}

/** Members that join, stay a while and leave: in peace, or killed. */
async function comeAndGo() {
  const stayMs = Number(values['stay-s']) * 1_000;
  while (!over) {
    const guest = startClient('guest');
    counts.joins += 1;
    await sleepOrOver(stayMs);
    guestMemory.push(
      `${rssOf(guest.child.pid).toFixed(0)}/${memoryOf(guest.child.pid).heapMB.toFixed(0)}/${memoryOf(guest.child.pid).externalMB.toFixed(0)}`,
    );
    if (counts.joins % 4 === 0) {
      guest.child.kill('SIGKILL');
      await guest.ended;
    } else {
      await stop(guest);
    }
    await sleepOrOver(stayMs / 3);
  }
}

/** A guest that was to stay longer than the run leaves at its end. */
async function sleepOrOver(ms) {
  const endMs = performance.now() + ms;
  while (!over && performance.now() < endMs) await sleep(Math.min(500, ms));
}

async function produce() {
  const alerts = [...simulateNight({ survey: 'ztf', seed: 1, count: DIFFERENT_ALERTS })];
  const producer = await AlertProducer.connect(properties);
  while (!over) {
    const { value } = alerts[counts.produced % alerts.length];
    await producer.send({ topic, partition: counts.produced % partitions, value });
    counts.produced += 1;
    // Full rate is what the clients can take: the producer only sees to it that there is always something to read.
    while (!over && counts.produced - counts.committed > MAX_LAG_ALERTS) await sleep(20);
  }
  await producer.flush();
  await producer.close();
}

async function watchGroup() {
  const watcher = new AlertConsumer({ ...properties, 'group.id': 'soak' });
  await watcher.connect(30_000);
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
  while (!over || counts.committed < counts.produced) {
    const committed = await watcher.committed(all).catch(() => null);
    if (committed !== null) counts.committed = committed.reduce((sum, at) => sum + Math.max(0, at.offset), 0);
    if (over && performance.now() > endMs + 180_000) break;
    await sleep(250);
  }
  await watcher.disconnect();
}

/** Removes what is saved, counting each partition and offset once, so that the disk does not fill. */
async function clean() {
  const dir = join(outputDir, topic);
  for (let last = false; ; ) {
    let names = [];
    try {
      names = readdirSync(dir);
    } catch {
      // Not made yet.
    }
    for (const [index, name] of names.entries()) {
      const [, partition, offset] = /^(\d+)-(\d+)\.json$/.exec(name) ?? [];
      if (offset === undefined) continue;
      seen[Number(partition)].add(Number(offset));
      unlinkSync(join(dir, name));
      counts.removedFiles += 1;
      if (index % 200 === 0) await sleep(1);
    }
    if (last) return;
    if (over && counts.committed >= counts.produced) last = true;
    if (performance.now() > endMs + 240_000) return;
    await sleep(500);
  }
}

async function sample({ child }) {
  const samples = [];
  let saidMs = performance.now();
  while (performance.now() < endMs && child.exitCode === null) {
    await sleep(SAMPLE_MS);
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    samples.push({
      atS: performance.now() / 1_000,
      rssMB: rssOf(child.pid),
      mallocMB: mallocOf(child.pid),
      ...memoryOf(child.pid),
      liveMB: memoryOf(child.pid, 'live').heapMB,
      threads: Number(/Threads:\s+(\d+)/.exec(status)?.[1]),
      fds: readdirSync(`/proc/${child.pid}/fd`).length,
    });
    if (performance.now() - saidMs < 60_000) continue;
    saidMs = performance.now();
    const { rssMB, fds } = samples.at(-1);
    console.log(
      `${new Date().toISOString()} ${counts.committed} committed, ${counts.joins} joins, RSS ${rssMB.toFixed(0)} MB, ${fds} fds`,
    );
  }
  return samples;
}

function rssOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    // It has ended by itself.
    return 0;
  }
}

/**
 * What of the system's heap is resident: messages of librdkafka, and what threads share. It gives back only what is free at its end, so it
 * wanders below what was once under way; that is most of what RSS does.
 */
function mallocOf(pid) {
  try {
    const [, heap = ''] = /\[heap\]([^[]*)/.exec(readFileSync(`/proc/${pid}/smaps`, 'utf8')) ?? [];
    return Number(/Rss:\s+(\d+)/.exec(heap)?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

/**
 * What all threads of a client hold together: JavaScript's heaps, memory outside of them, and buffers, which are part of that.
 *
 * @param when `live`: right after a collection.
 */
function memoryOf(pid, when = 'memory') {
  const sums = { heapMB: 0, externalMB: 0, buffersMB: 0 };
  for (const name of readdirSync(folder).filter((each) => each.startsWith(`${when}-${pid}-`))) {
    try {
      const { heapUsed, external, arrayBuffers } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      sums.heapMB += heapUsed / 1e6;
      sums.externalMB += external / 1e6;
      sums.buffersMB += arrayBuffers / 1e6;
    } catch {
      // It is being written this moment.
    }
  }
  return sums;
}

function report(samples, { child }) {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const range = (field) => {
    const all = warm.map((each) => each[field]).toSorted((a, b) => a - b);
    return `${all[0].toFixed(0)} … ${all.at(-1).toFixed(0)}, median ${all[all.length >> 1].toFixed(0)}`;
  };
  const slope = (field, unit) =>
    describeSlope(
      slopeOf(
        warm.map((each) => each.atS),
        warm.map((each) => each[field]),
      ),
      3_600,
      unit,
    );
  const delayFile = join(folder, `delay-${child.pid}`);
  const delay = statSync(delayFile, { throwIfNoEntry: false })
    ? JSON.parse(readFileSync(delayFile, 'utf8'))
    : null;
  const missing = seen.reduce((sum, offsets) => sum + (maxOf(offsets) + 1 - offsets.size), 0);
  const distinct = seen.reduce((sum, offsets) => sum + offsets.size, 0);
  console.log(`
${minutes} minutes, ${partitions} partitions, ${counts.joins} joins
alerts          ${counts.produced} produced, ${counts.committed} committed, ${distinct} saved, ${counts.produced - distinct} missing (${missing} gaps), ${counts.removedFiles - distinct} saved again after a kill
rate            ${Math.round(counts.committed / (minutes * 60))} alerts/s
clients         ${counts.failed} failed, ${counts.lost} gaps told of
guests          RSS/heaps/external MB when they left: ${guestMemory.join(' ')}
the one that stayed, after the first ${WARM_UP_SHARE * 100} %:
RSS             ${range('rssMB')} MB; slope ${slope('rssMB', 'MB/h')}
  malloc        ${range('mallocMB')} MB; slope ${slope('mallocMB', 'MB/h')}
heaps           ${range('heapMB')} MB; slope ${slope('heapMB', 'MB/h')} (all threads)
  live          ${range('liveMB')} MB; slope ${slope('liveMB', 'MB/h')} (collected every ${COLLECTION_MS / 1_000} s)
external        ${range('externalMB')} MB; slope ${slope('externalMB', 'MB/h')}, of which buffers ${range('buffersMB')} MB; slope ${slope('buffersMB', 'MB/h')}
descriptors     ${range('fds')}; slope ${slope('fds', 'an hour')}
threads         ${range('threads')}
event loop      delay p50 ${delay?.p50.toFixed(1)} ms, p99 ${delay?.p99.toFixed(1)} ms, longest ${delay?.max.toFixed(0)} ms (a resolution of 10 ms is in it)`);
  if (counts.produced !== distinct || counts.failed > 0 || counts.lost > 0) process.exitCode = 1;
}

function maxOf(offsets) {
  let most = -1;
  for (const offset of offsets) if (offset > most) most = offset;
  return most;
}

async function until(condition, timeoutMs) {
  const deadlineMs = performance.now() + timeoutMs;
  while (!condition() && performance.now() < deadlineMs) await sleep(100);
}
