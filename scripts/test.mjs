// npm test: set-up, lint, type check and every test. `npm test -- WORD…` runs only the test files whose path holds a WORD.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { installKafka } from './kafka-install.mjs';
import { installReaders } from './readers.mjs';
import { fetchPackages } from './setup.mjs';

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2);
/** Test files that run at the same time: these want the processor, */
const FAST_AT_ONCE = 2;
/** and these wait half of the time, for the broker and for time-outs. */
const SLOW_AT_ONCE = 3;
const counts = { passed: 0, failed: 0, skipped: 0 };
const complaints = [];
let ok = true;

try {
  const whole = words.length === 0;
  await phase('set-up', async () => {
    fetchPackages();
    // A compiler takes one processor for two minutes; the other does what needs nothing of it.
    const compiled = compileAndBuild();
    try {
      if (whole) {
        check('eslint', 'eslint', '.');
        check('biome', '@biomejs/biome', 'format', '.');
      }
      orSkip('The tests against a real broker', installKafka);
      orSkip('The tests that read back with other programs', installReaders);
    } finally {
      await compiled;
    }
    if (whole) check('knip', 'knip');
  });
  const files = testFiles().filter(
    (file) => words.length === 0 || words.some((word) => relative(root, file).includes(word)),
  );
  if (files.length === 0) throw new Error(`No test file has ${words.join(' or ')} in its path.`);
  const needsBroker = (file) => file.includes(join('build', 'test', 'kafka'));
  const fast = files.filter((file) => !needsBroker(file));
  const slow = files.filter(needsBroker);
  if (fast.length > 0) await phase('tests without a broker', () => runTests(fast, {}, FAST_AT_ONCE));
  if (slow.length > 0) await phase('tests with a broker', () => runWithKafka(slow));
} catch (error) {
  ok = false;
  console.error(error.message);
}
// Said again here, because the lint stands a thousand lines above.
if (complaints.length > 0) console.error(`Failed: ${complaints.join(', ')} (see the lint above).`);
if (!ok && counts.failed === 0) counts.failed = 1;
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
process.exit(ok && counts.failed === 0 ? 0 : 1);

async function phase(name, work) {
  const startMs = performance.now();
  console.log(`── ${name}`);
  await work();
  console.log(`── ${name}: ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`);
}

/** The rest of the set-up, in a process of its own. */
async function compileAndBuild() {
  const compiling = spawn(process.execPath, [join(root, 'scripts', 'setup.mjs')], { stdio: 'inherit' });
  const [status] = await once(compiling, 'exit');
  if (status !== 0) throw new Error('The set-up failed.');
}

/** Installs what some tests need; without it they are skipped, but not on CI. */
function orSkip(tests, install) {
  try {
    install();
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    console.warn(`${tests} are skipped: ${error.message}`);
  }
}

/** Runs a tool of node_modules. A complaint does not keep the tests from running, but fails the whole. */
function check(name, packageName, ...args) {
  const manifest = JSON.parse(readFileSync(join(root, 'node_modules', packageName, 'package.json'), 'utf8'));
  const bin = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name];
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', packageName, bin), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status === 0) return;
  ok = false;
  complaints.push(name);
  console.error(`${name} complains.`);
}

function testFiles(dir = join(root, 'build', 'test')) {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Not spawnSync: the broker's log flows through this process, and a broker that cannot write it stands still. */
async function runTests(files, env, atOnce) {
  const dir = mkdtempSync(join(tmpdir(), 'antares-test-'));
  const file = join(dir, 'counts.json');
  const args = [
    '--test',
    `--test-concurrency=${atOnce}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(root, 'scripts', 'reporter.mjs')}`,
    '--test-reporter-destination=stdout',
    ...files.map((each) => relative(root, each)),
  ];
  try {
    const runner = spawn(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env, TEST_COUNTS: file },
    });
    const [status] = await once(runner, 'exit');
    if (status !== 0) ok = false;
    const { pass, fail, skip } = JSON.parse(readFileSync(file, 'utf8'));
    counts.passed += pass;
    counts.failed += fail;
    counts.skipped += skip;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runWithKafka(files) {
  const { kafkaIsInstalled, startKafka } = await import('./kafka/broker.mjs');
  if (!kafkaIsInstalled()) {
    await runTests(files, {}, SLOW_AT_ONCE);
    return;
  }
  const kafka = await startKafka();
  try {
    await runTests(files, { ANTARES_TEST_KAFKA: JSON.stringify(kafka) }, SLOW_AT_ONCE);
  } finally {
    await kafka.stop();
  }
}
