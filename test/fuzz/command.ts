import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { readDistinctSchemas } from './distinct-schemas.ts';
import { describeSlope, slopeOf } from '../support/slope.ts';
import type { MemorySample } from './run.ts';
import { type SeedFormat, seedFormats } from './seeds.ts';
import { fuzzWatched } from './watch.ts';

/** What a run may not make grow. */
const measured: readonly (readonly [
  name: string,
  field: Exclude<keyof MemorySample, 'inputs'>,
  unit: string,
])[] = [
  ['RSS MB', 'rssMB', 'MB '],
  ['heap MB', 'heapMB', 'MB '],
  ['external MB', 'externalMB', 'MB '],
  ['array buffers MB', 'buffersMB', 'MB '],
  ['descriptors', 'descriptors', ''],
];
const HANG_MS = 60_000;
const SAY_EVERY_MS = 10_000;

/** `npm run fuzz`: says what became of how many, and exits with 1 at the first bad one. */
const values = readOptions();
if (values.schemas !== undefined) {
  const { atFirstMB, atLastMB } = readDistinctSchemas(Number(values.schemas));
  console.log(
    `${values.schemas} schemas: ${atFirstMB} MB of heap and external memory after the first, ${atLastMB} MB after the last`,
  );
  process.exit(0);
}
const format = seedFormats.find((each) => each === values.format) ?? null;
if (values.format !== undefined && format === null) {
  console.error(`--format takes ${seedFormats.join(', ')}.`);
  process.exit(1);
}
const options = {
  seed: Number(values.seed),
  inputs: Number(values.inputs),
  from: Number(values.from),
  format,
};
const startMs = performance.now();
let saidAtMs = startMs;
try {
  const report = await fuzzWatched({ ...options, compareEvery: 20, saveEvery: 100 }, HANG_MS, (index) => {
    if (performance.now() - saidAtMs < SAY_EVERY_MS) return;
    saidAtMs = performance.now();
    console.error(`at input ${index}`);
  });
  const { inputs, outcomes, saves, slowest, slow, samples } = report;
  const seconds = (performance.now() - startMs) / 1000;
  console.log(
    `${inputs} inputs in ${seconds.toFixed(1)} s (${Math.round(inputs / seconds)}/s), seed ${options.seed}, from ${options.from}`,
  );
  for (const each of Object.keys(outcomes) as SeedFormat[])
    console.log(`${each}: ${counts(outcomes[each] ?? {})}`);
  console.log(`through to the disk: ${counts(saves)}`);
  console.log(
    `slowest: ${slowest.ms.toFixed(1)} ms at input ${slowest.index} (${slowest.what}); over 100 ms: ${slow}`,
  );
  // Until half of the run caches fill and WebAssembly's memories grow, which never shrink again.
  const warm = samples.slice(samples.length >> 1);
  for (const [name, field, unit] of measured) {
    const [first, middle, last] = [samples[0], warm[0], warm.at(-1)].map((each) => each?.[field].toFixed(0));
    const slope = slopeOf(
      warm.map((each) => each.inputs),
      warm.map((each) => each[field]),
    );
    const told = describeSlope(slope, 100_000, `${unit}per 100,000 inputs`);
    console.log(
      `${name} at the start ${first}, half way ${middle}, at the end ${last}; over the second half ${told}`,
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.error(
    `Again: npm run fuzz -- --seed ${options.seed} --inputs 1 --from INDEX${format === null ? '' : ` --format ${format}`}`,
  );
  process.exitCode = 1;
}

function counts(of: Record<string, number>): string {
  return Object.entries(of)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function readOptions(): Record<'inputs' | 'seed' | 'from', string> & { format?: string; schemas?: string } {
  try {
    return parseArgs({
      options: {
        inputs: { type: 'string', default: '1000000' },
        seed: { type: 'string', default: '1' },
        from: { type: 'string', default: '0' },
        format: { type: 'string' },
        schemas: { type: 'string' },
      },
    }).values;
  } catch (error) {
    console.error(`${messageOf(error)} npm run fuzz -- --help lists what there is.`);
    process.exit(2);
  }
}
