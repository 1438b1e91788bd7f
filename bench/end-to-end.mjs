// Alerts a second of the built command, from a real Kafka to durable files, with several numbers of workers in turn:
//   node bench/end-to-end.mjs [--workers 1,2] [--rounds 3] [--count 6000] [--kinds antares,ztf,lsst] [-- OPTION …]
// What stands behind -- is handed to the client. Rates hold for this machine and this hour; compare within one run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTopics } from '../build/src/broker/admin.js';
import { AlertProducer } from '../build/src/broker/producer.js';
import { writeLsstSchema } from '../build/src/simulate/schema-files.js';
import { startKafka } from '../scripts/kafka/broker.mjs';
import { alertsOf, kinds, schemaDir } from './alerts.mjs';

const PARTITIONS = 4;
const { values: options, positionals: clientOptions } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '3' },
    count: { type: 'string', default: '6000' },
    kinds: { type: 'string', default: kinds.join() },
  },
});
const count = Number(options.count);
const rounds = Number(options.rounds);
const workerCounts = options.workers.split(',');

const folder = mkdtempSync(join(tmpdir(), 'antares-bench-'));
const kafka = await startKafka();
try {
  const schemas = schemaDir ?? join(folder, 'schemas');
  if (schemaDir === null) await writeLsstSchema(schemas);
  console.log(
    `${count} alerts a kind in ${PARTITIONS} partitions, ${rounds} rounds; alerts/s as median [all]\n`,
  );
  for (const kind of options.kinds.split(',')) {
    const { meanBytes, origin } = await produce(kind);
    console.log(`${kind} (${origin}, ${(meanBytes / 1000).toFixed(1)} kB a message)`);
    const rates = new Map(workerCounts.map((workers) => [workers, []]));
    for (let round = 0; round < rounds; round++)
      for (const workers of workerCounts) rates.get(workers).push(await measure(kind, workers, schemas));
    for (const [workers, all] of rates) {
      const median = all.toSorted((a, b) => a - b)[all.length >> 1];
      console.log(`  --workers ${workers}: ${median} [${all.join(', ')}]`);
    }
  }
} finally {
  await kafka.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function produce(kind) {
  const properties = { 'bootstrap.servers': kafka.bootstrap.plaintext };
  const { values, origin } = alertsOf(kind);
  await createTopics(properties, [kind], PARTITIONS);
  const producer = await AlertProducer.connect(properties);
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i % values.length];
    bytes += value.length;
    await producer.send({ topic: kind, partition: i % PARTITIONS, value });
  }
  await producer.flush();
  await producer.close();
  return { meanBytes: bytes / count, origin };
}

/** One run in a group of its own; the time is from the assignment of the partitions to the last commit. */
async function measure(kind, workers, schemas) {
  const dir = mkdtempSync(join(folder, 'alerts-'));
  const args = [
    join(import.meta.dirname, '..', 'build', 'src', 'cli.js'),
    kind,
    ...['--bootstrap-servers', kafka.bootstrap.plaintext, '--until-end', '--log-format', 'json'],
    ...['--group', dir, '--output-dir', dir, '--path', '{topic}/{hash2}/{partition}-{offset}.json'],
    ...['--workers', workers, '--schema-dir', schemas],
    ...clientOptions,
  ];
  const client = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  client.stderr.setEncoding('utf8').on('data', (part) => (text += part));
  const [code] = await once(client, 'close');
  rmSync(dir, { recursive: true });
  const lines = text.trim().split('\n');
  const at = (pattern) => JSON.parse(lines.find((line) => pattern.test(line)) ?? '{}').time;
  const tookMs = Date.parse(at(/alerts saved/)) - Date.parse(at(/Assigned/));
  if (code !== 0 || !text.includes(`"${count} alerts saved`)) throw new Error(text);
  return Math.round((count / tookMs) * 1000);
}
