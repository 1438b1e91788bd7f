import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newFolder, runClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { python, skipReaders } from '../support/readers.ts';
import { projectRoot, samplesDir, skipSamples } from '../support/samples.ts';

const skip = skipKafka !== false ? skipKafka : skipSamples !== false ? skipSamples : skipReaders;

const sameAlert = join(projectRoot, 'test', 'readers', 'same_alert.py');

/** By the folder that test/readers/read_back.py knows them by. */
const outputs: Readonly<Record<string, readonly string[]>> = {
  json: ['--path', '{topic}/{partition}-{offset}.json'],
  ndjson: ['--output', 'ndjson'],
  'ndjson-gzip': ['--output', 'ndjson', '--compress', 'gzip'],
  'ndjson-zstd': ['--output', 'ndjson', '--compress', 'zstd'],
  raw: ['--output', 'raw'],
  avro: ['--output', 'avro'],
  'avro-gzip': ['--output', 'avro', '--compress', 'gzip'],
  'avro-zstd': ['--output', 'avro', '--compress', 'zstd'],
  'avro-reduced': ['--output', 'avro', '--stamps', 'drop'],
  parquet: ['--output', 'parquet'],
  // Every value goes to Python and comes back.
  'ndjson-extracted': ['--output', 'ndjson', '--stamps', 'extract'],
  'avro-extracted': ['--output', 'avro', '--stamps', 'extract', '--process', sameAlert],
  'parquet-extracted': ['--output', 'parquet', '--stamps', 'extract', '--path', '{topic}/one-folder'],
  'parquet-hooked': ['--output', 'parquet', '--stamps', 'drop', '--process', sameAlert],
};

function runPython(script: string, args: readonly string[]): void {
  const file = join(projectRoot, 'test', 'readers', script);
  const { status, stderr } = spawnSync(python ?? 'python3', ['-B', file, ...args], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

test('other programs find in every output what was in the messages of every survey', { skip }, async (t) => {
  const dir = newFolder(t);
  const wires = join(dir, 'wires');
  runPython('alerts.py', [samplesDir, wires]);
  const topics: Record<string, string> = {};
  for (const survey of readdirSync(wires)) {
    const topic = await newTopic(1, {}, unique(survey));
    topics[survey] = topic;
    const files = readdirSync(join(wires, survey)).sort();
    await produce(
      topic,
      files.map((file) => ({ value: readFileSync(join(wires, survey, file)) })),
    );
  }
  const folders = Object.entries(outputs).map(([name, options]) => ({ folder: join(dir, name), options }));
  for (const { folder, options } of folders) {
    const { code, stderr } = await runClient(t, [
      Object.values(topics).join(),
      ...['-d', folder, ...options, '--group', unique('group'), '--until-end', '--workers', '1'],
      ...['--schema-dir', join(samplesDir, 'lsst', 'registry')],
    ]);
    assert.equal(code, 0, stderr);
  }
  runPython('read_back.py', [
    samplesDir,
    wires,
    JSON.stringify(topics),
    ...folders.map(({ folder }) => folder),
  ]);
});
