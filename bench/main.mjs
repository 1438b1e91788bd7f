// npm run bench: how fast it is, and what that costs. See bench/README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installKafka } from '../scripts/kafka-install.mjs';
import { setUp } from '../scripts/setup.mjs';
import { readOptions, usage } from './options.mjs';

const parts = {
  compare: async (lab, options) => (await import('./compare.mjs')).compare(lab, options),
  tune: async (lab, options) => (await import('./tune.mjs')).tune(lab, options),
  latency: async (lab, options) => (await import('./latency.mjs')).latency(lab, options),
  scale: async (lab, options) => (await import('./scale.mjs')).scale(lab, options),
  page: async (lab, options) => (await import('./page.mjs')).page(lab, options),
  stages: async (lab, options) => (await import('./stages.mjs')).stages(lab, options),
};

if (process.argv.includes('-h') || process.argv.includes('--help')) console.log(usage);
else {
  try {
    await bench();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function bench() {
  const options = readOptions(process.argv.slice(2));
  const part = parts[options.part];
  if (part === undefined) throw new Error(`${options.part} is no part of the bench.\n\n${usage}`);
  setUp();
  if (options.bootstrapServers === undefined) installKafka();
  const { openLab } = await import('./lab.mjs');
  const { describeMachine } = await import('./machine.mjs');
  const lab = await openLab(options);
  let result;
  try {
    result = await part(lab, options);
  } finally {
    await lab.close();
  }
  const { clientOptions, out, samplesDir, ...settings } = options;
  mkdirSync(out, { recursive: true });
  const record = {
    at: new Date().toISOString(),
    machine: describeMachine(),
    settings: { ...settings, samples: samplesDir !== null, clientOptions },
    ...result,
  };
  await write(join(out, options.part), record);
}

async function write(path, record) {
  writeFileSync(`${path}.json`, `${JSON.stringify(record, null, 2)}\n`);
  console.log(`Every repetition: ${path}.json`);
  if (record.surveys === undefined) return;
  const { chart } = await import('./chart.mjs');
  writeFileSync(`${path}.svg`, await chart(record.surveys));
  console.log(`A chart: ${path}.svg`);
}
