// npm run bench -- stages: what each step costs an alert, alone on one core, without broker; the folder of temporary files is the disk.
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Bench } from 'tinybench';
import { packBatch, BatchView } from '../build/src/batch/batch.js';
import { crc32c } from '../build/src/checksum.js';
import { inflateZlib } from '../build/src/worker/decode/inflate.js';
import { KnownSchemas } from '../build/src/worker/schemas.js';
import { Transcoder } from '../build/src/worker/transcode.js';
import { OutputFolder } from '../build/src/worker/write/folder.js';
import { alertsOf } from './alerts.mjs';
import { emptyFiles } from './contest.mjs';
import { table } from './table.mjs';

const ALERTS = 50;
const SECONDS = 1;

export async function stages(lab, { surveys, samplesDir }) {
  const rows = [];
  const echo = new Worker(new URL('./echo.mjs', import.meta.url));
  for (const survey of surveys) {
    const alerts = alertsOf(survey, samplesDir);
    const values = Array.from({ length: ALERTS }, (_, i) => alerts.message(i));
    const bench = new Bench({ time: SECONDS * 1000, warmupTime: 500 });
    const schemaDir = alerts.schemaDir ?? lab.schemaDir;
    addSteps(bench, { survey, values, lab, schemaDir, echo });
    await bench.run();
    emptyFiles(join(lab.folder, `stages-${survey}`));
    for (const { name, result } of bench.tasks) {
      if (result.state !== 'completed') throw result.error ?? new Error(`${name}: ${result.state}`);
      const us = (ms) => (ms * 1000) / ALERTS;
      const { latency } = result;
      rows.push({
        survey,
        stage: name,
        p50Us: us(latency.p50),
        p99Us: us(latency.p99),
        runs: latency.samplesCount,
      });
    }
  }
  await echo.terminate();
  const columns = [
    { title: 'survey', value: ({ survey }) => survey },
    { title: 'stage', value: ({ stage }) => stage },
    { title: 'µs an alert, p50', value: ({ p50Us }) => p50Us.toFixed(1), right: true },
    { title: 'p99', value: ({ p99Us }) => p99Us.toFixed(1), right: true },
  ];
  console.log(`\n${table(columns, rows)}`);
  return { stages: rows };
}

/** Each does its step to all alerts once. */
function addSteps(bench, { survey, values, lab, schemaDir, echo }) {
  const toPack = values.map((value, offset) => ({ offset, timestampMs: 0, key: null, value, headers: [] }));
  const batch = packBatch(survey, 0, toPack);
  const view = new BatchView(batch);
  const messages = values.map((_, i) => view.message(i));
  bench.add('pack into shared memory', () => void packBatch(survey, 0, toPack));
  bench.add('to a worker and back', async () => {
    const answer = once(echo, 'message');
    echo.postMessage(batch);
    await answer;
  });
  if (survey === 'antares')
    bench.add('inflate', () => {
      for (const { value } of messages) inflateZlib(value);
    });
  const schemas = schemasOf(schemaDir);
  for (const indent of [4, 0]) {
    for (const webAssembly of [true, false]) {
      const options = {
        format: 'auto',
        indent,
        nonFinite: 'auto',
        fieldPaths: ['alert_id'],
        schemas,
        webAssembly,
      };
      const transcoder = new Transcoder(options);
      const name = `decode and encode, indent ${indent}, ${webAssembly ? 'WebAssembly' : 'without WebAssembly'}`;
      bench.add(name, () => {
        for (const message of messages) Array.from(transcoder.transcode(message));
      });
    }
  }
  const files = messages.map((message) => fileOf(message, schemas));
  bench.add('checksum of a file', () => {
    for (const file of files) crc32c(file);
  });
  const root = join(lab.folder, `stages-${survey}`);
  mkdirSync(root);
  const folder = new OutputFolder(root, 'bench', 0, []);
  let count = 0;
  bench.add('a file: write and rename', () => {
    for (const file of files) folder.write(`files/${count++}.json`, file, false).publish();
  });
}

function fileOf(message, schemas) {
  const options = {
    format: 'auto',
    indent: 4,
    nonFinite: 'auto',
    fieldPaths: [],
    schemas,
    webAssembly: true,
  };
  const [record] = [...new Transcoder(options).transcode(message)];
  return Buffer.from(record.bytes);
}

function schemasOf(dir) {
  const schemas = new KnownSchemas();
  for (const file of readdirSync(dir))
    schemas.add(parseInt(file), JSON.parse(readFileSync(join(dir, file), 'utf8')).schema);
  return schemas;
}
