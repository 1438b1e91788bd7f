// npm run bench -- latency: from the broker's append to the durable file, at a survey's steady rate and in visits as LSST makes them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alertsOf } from './alerts.mjs';
import { emptyFiles } from './contest.mjs';
import { clientCommand } from './contestants/client.mjs';
import { appendTimes, durableFiles, durableSegments, newHistogram, percentiles } from './durable-times.mjs';
import { PARTITIONS } from './lab.mjs';
import { ProcessTree } from './process-tree.mjs';
import { table } from './table.mjs';

const STEADY_SECONDS = 20;
const VISITS = 2;
const ALERTS_A_VISIT = 10_000;
const VISIT_EVERY_MS = 39_000;
/** A visit comes within five seconds. */
const VISIT_RATE = 2_000;
const SEND_EVERY_MS = 5;
const SAMPLE_EVERY_MS = 50;

/** `--path` names partition and offset, so that each file's message is known. */
const forms = {
  json: {
    flags: ['--output', 'json', '--path', '{topic}/{partition}-{offset}.json', '--durability', 'disk'],
    durable: durableFiles,
  },
  ndjson: {
    flags: ['--output', 'ndjson', '--segment-age', '1s', '--durability', 'disk'],
    durable: durableSegments,
  },
};

const steady = (rate) => ({
  name: `${rate} alerts/s`,
  count: rate * STEADY_SECONDS,
  dueMs: (i) => (i * 1000) / rate,
});
const visits = {
  name: `visits of ${ALERTS_A_VISIT} in ${ALERTS_A_VISIT / VISIT_RATE} s`,
  count: VISITS * ALERTS_A_VISIT,
  alertsAVisit: ALERTS_A_VISIT,
  dueMs: (i) => Math.floor(i / ALERTS_A_VISIT) * VISIT_EVERY_MS + ((i % ALERTS_A_VISIT) * 1000) / VISIT_RATE,
};

export async function latency(lab, options) {
  const alerts = alertsOf('lsst', null);
  const rows = [];
  for (const pace of [steady(256), steady(2_000), visits]) {
    for (const form of Object.keys(forms)) {
      rows.push({ pace: pace.name, form, ...(await measure(lab, alerts, pace, form, options)) });
      console.log(JSON.stringify(rows.at(-1)));
    }
  }
  const ms = (value) => value.toLocaleString('en-GB');
  const columns = [
    { title: 'LSST alerts of 82 kB', value: ({ pace }) => pace },
    { title: 'writes', value: ({ form }) => form },
    { title: 'p50 ms', value: ({ latencyMs }) => ms(latencyMs.p50), right: true },
    { title: 'p99 ms', value: ({ latencyMs }) => ms(latencyMs.p99), right: true },
    { title: 'max ms', value: ({ latencyMs }) => ms(latencyMs.max), right: true },
    {
      title: 's behind a visit',
      value: ({ behindVisitSeconds }) => behindVisitSeconds.map((each) => each.toFixed(2)).join(', '),
      right: true,
    },
    { title: 'peak RSS MB', value: ({ peakRssMB }) => Math.round(peakRssMB), right: true },
    { title: 'CPU', value: ({ cores }) => `${cores.toFixed(2)} cores`, right: true },
  ];
  console.log(`\n${table(columns, rows)}`);
  return { latency: rows };
}

async function measure(lab, alerts, pace, form, { clientOptions, workers }) {
  const topic = lab.fresh();
  const dir = join(lab.folder, topic);
  const syncs = `${dir}.syncs`;
  mkdirSync(dir);
  writeFileSync(syncs, '');
  await lab.createTopic(topic, PARTITIONS, { 'message.timestamp.type': 'LogAppendTime' });
  const flags = [...forms[form].flags, '--workers', String(workers.at(-1)), ...clientOptions];
  const { file, args } = clientCommand({ lab, topic, group: topic, dir, schemaDir: lab.schemaDir }, flags);
  const client = spawn(file, ['--import', join(import.meta.dirname, 'note-syncs.mjs'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NOTE_SYNCS: syncs },
  });
  const ended = once(client, 'close');
  const log = await assigned(client);
  const tree = new ProcessTree(client.pid);
  const sampling = setInterval(() => tree.sample(), SAMPLE_EVERY_MS);
  const startMs = performance.now();
  const startCpu = tree.sample();
  await send(lab, topic, alerts, pace);
  while ((await lab.committed(topic, topic)) < pace.count && client.exitCode === null) await sleep(100);
  const cores = (tree.sample() - startCpu) / ((performance.now() - startMs) / 1000);
  clearInterval(sampling);
  client.kill('SIGTERM');
  const [code] = await ended;
  if (code !== 0) throw new Error(log.text.slice(-4_000));
  const appended = await appendTimes(lab.servers, topic, pace.count);
  const durable = await forms[form].durable(join(dir, topic), syncs);
  const judged = judge(appended, durable, pace);
  emptyFiles(dir);
  await lab.removeTopic(topic);
  return { ...judged, peakRssMB: tree.peakRssMB, cores };
}

async function assigned(client) {
  const log = { text: '' };
  client.stderr.setEncoding('utf8').on('data', (text) => {
    log.text += text;
  });
  while (!log.text.includes('Assigned')) {
    if (client.exitCode !== null) throw new Error(log.text);
    await sleep(20);
  }
  return log;
}

async function send(lab, topic, alerts, { count, dueMs }) {
  const producer = await lab.producer({ 'linger.ms': 1, 'queue.buffering.max.kbytes': 400_000 });
  const startMs = performance.now();
  for (let i = 0; i < count; i++) {
    while (performance.now() - startMs < dueMs(i)) await sleep(SEND_EVERY_MS);
    await producer.send({ topic, partition: i % PARTITIONS, value: alerts.message(i) });
  }
  await producer.flush();
  await producer.close();
}

function judge(appended, durable, { count, alertsAVisit = null }) {
  const histogram = newHistogram();
  const behindVisitSeconds = [];
  for (const [partition, times] of appended) {
    times.forEach((appendedMs, offset) => {
      const atMs = durable(partition, offset);
      histogram.recordValue(Math.max(1, Math.round(atMs - appendedMs)));
      if (alertsAVisit === null) return;
      const visit = Math.floor((offset * PARTITIONS) / alertsAVisit);
      const ends = (behindVisitSeconds[visit] ??= { appendedMs: 0, durableMs: 0 });
      ends.appendedMs = Math.max(ends.appendedMs, appendedMs);
      ends.durableMs = Math.max(ends.durableMs, atMs);
    });
  }
  if (histogram.totalCount !== count)
    throw new Error(`${histogram.totalCount} of ${count} alerts were seen.`);
  return {
    latencyMs: percentiles(histogram),
    behindVisitSeconds: behindVisitSeconds.map((ends) => (ends.durableMs - ends.appendedMs) / 1000),
  };
}
