// Makes a fresh clone ready to run: system packages, npm packages, the build. What is there already is left alone.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { has, installPackages, missingPackages, run } from './debian.mjs';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'node_modules', '.antares-setup');

/** Without these librdkafka does not compile. */
const required = ['g++', 'make', 'python3', 'libssl-dev', 'zlib1g-dev'];
/** Without these it compiles without zstd, Kerberos and OpenID Connect, and says nothing. */
const optional = ['libzstd-dev', 'libsasl2-dev', 'libcurl4-openssl-dev'];
/** What those bring. */
const wantedFeatures = ['ssl', 'sasl_scram', 'zstd', 'oidc'];

/** Installs and builds what is missing or out of date. Throws with the line to run where it cannot. */
export function setUp() {
  fetchPackages();
  compile();
  build();
}

/** The packages of the system and of npm, of which none is compiled yet. */
export function fetchPackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Node 20.19 or newer is needed; this is ${process.versions.node}.`);
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (fresh && missingFeatures().length === 0) return;
  installSystemPackages();
  if (fresh) return;
  console.log('Installing npm packages …');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root });
  writeFileSync(stamp, wanted);
}

/** Compiles librdkafka, where it is not there with all that is wanted of it. */
function compile() {
  const missing = missingFeatures();
  if (missing.length === 0) return;
  const isBuilt = missing.length < wantedFeatures.length;
  if (!isBuilt || missingPackages([...required, ...optional]).length === 0) {
    console.log(
      isBuilt
        ? `librdkafka was built without ${missing.join(', ')}; their headers are here now, so it is built once more …`
        : 'Compiling librdkafka, which takes two minutes …',
    );
    run('npm', ['rebuild', 'node-rdkafka', '--loglevel=error'], { cwd: root, env: compilerEnvironment() });
  }
  const still = missingFeatures();
  if (still.length === 0) return;
  const text = `librdkafka was built without ${still.join(', ')}. Install the headers of ${optional.join(', ')} and run: npm rebuild node-rdkafka`;
  if (process.env.CI === 'true' || still.includes('ssl')) throw new Error(text);
  console.warn(text);
}

function installSystemPackages() {
  const missing = missingPackages(required).filter(
    (name) => !(name === 'python3' || name === 'make' || name === 'g++') || !has(name),
  );
  const compiler = ['g++', 'make', 'python3'].filter((command) => !has(command));
  const needed = [...new Set([...missing, ...compiler])];
  const nice = missingPackages(optional);
  // One call for both: the package lists are fetched once.
  if (needed.length > 0) installPackages([...needed, ...nice], 'to compile librdkafka', true);
  else installPackages(nice, 'for zstd, Kerberos and OpenID Connect', false);
}

/** What the compiled librdkafka lacks; asked in a process of its own, because an addon cannot be loaded anew. */
function missingFeatures() {
  const ask = "process.stdout.write(require('node-rdkafka').features.join())";
  const { status, stdout } = spawnSync(process.execPath, ['-e', ask], { cwd: root, encoding: 'utf8' });
  return status === 0
    ? wantedFeatures.filter((feature) => !stdout.split(',').includes(feature))
    : wantedFeatures;
}

function compilerEnvironment() {
  const env = { ...process.env };
  // A parallel make breaks librdkafka's build.
  delete env.MAKEFLAGS;
  // Node's own headers, where they came with it: nothing is downloaded then.
  const prefix = dirname(dirname(process.execPath));
  if (existsSync(join(prefix, 'include', 'node', 'node.h'))) env.npm_config_nodedir = prefix;
  return env;
}

/** Compiles when a source is newer than the last build. */
export function build() {
  const info = join(root, 'build', 'src', 'cli.js');
  const built = existsSync(info) ? statSync(join(root, 'build')).mtimeMs : 0;
  const sources = ['src', 'test', 'tsconfig.json', 'package.json'].map((name) => newest(join(root, name)));
  if (Math.max(...sources) <= built) return;
  run(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root });
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    setUp();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
