import { parseArgs } from 'node:util';
import { readDistinctSchemas } from './distinct-schemas.ts';
import { type SeedFormat, seedFormats } from './seeds.ts';
import { fuzzWatched } from './watch.ts';

const HANG_MS = 60_000;
const SAY_EVERY_MS = 10_000;

/**
 * `npm run fuzz -- --inputs N --seed S [--format F] [--from INDEX]`, or `-- --schemas N`: containers with a schema each. Says what became of how many, and exits
 * with 1 at the first bad one.
 */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    format: { type: 'string' },
    schemas: { type: 'string' },
  },
});
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
  const { inputs, outcomes, saves, slowest, slow, rssMb, heapMb } = report;
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
  console.log(
    `RSS MB over the run: ${rssMb.join(' ')}; slope over the second half ${slope(rssMb, inputs)} MB per 100,000 inputs`,
  );
  console.log(`heap and external MB: ${heapMb.join(' ')}`);
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

/** Least squares. */
function slope(samples: readonly number[], inputs: number): string {
  const half = samples.slice(samples.length >> 1);
  const middle = (half.length - 1) / 2;
  const mean = half.reduce((sum, y) => sum + y, 0) / half.length;
  const above = half.reduce((sum, y, x) => sum + (x - middle) * (y - mean), 0);
  const below = half.reduce((sum, _, x) => sum + (x - middle) ** 2, 0);
  return ((above / below / (inputs / samples.length)) * 100_000).toFixed(2);
}
