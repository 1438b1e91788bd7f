import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installPackages, isDebian, missingPackages, run } from './debian.mjs';

const cache = join(import.meta.dirname, '..', 'node_modules', '.cache', 'postgres');
/** What is needed of it. */
const PROGRAMS = ['initdb', 'postgres', 'pg_isready'];
const PATIENCE_MS = 60_000;
const NOBODY = 65_534;

/** The folder of PostgreSQL's programs; null where there is no way to them. */
export function findPostgres() {
  return installedPostgres() ?? debianPostgres();
}

/** Programs that are installed. Debian keeps them away from PATH. */
function installedPostgres() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versionsIn('/usr/lib/postgresql')];
  return folders.find((dir) => PROGRAMS.every((name) => existsSync(join(dir, name)))) ?? null;
}

function versionsIn(dir) {
  return existsSync(dir) ? readdirSync(dir).map((version) => join(dir, version, 'bin')) : [];
}

/**
 * Programs taken out of Debian's package, without installing that: it would start a server. The libraries that they need are installed. Null
 * where there is no way to them.
 */
export function debianPostgres() {
  const unpacked = () => versionsIn(join(cache, 'usr', 'lib', 'postgresql'))[0] ?? null;
  if (unpacked() !== null || !isDebian()) return unpacked();
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const packageName = newestPackage();
  const wanted = [packageName, packageName.replace('-', '-client-')];
  const { status } = spawnSync('apt-get', ['download', '-qq', ...wanted], { cwd: cache, stdio: 'ignore' });
  if (status !== 0) return null;
  const files = readdirSync(cache).filter((name) => name.endsWith('.deb'));
  const libraries = new Set(files.flatMap((file) => librariesOf(join(cache, file))));
  installPackages(missingPackages([...libraries]), 'for PostgreSQL, in the tests', true);
  for (const file of files) {
    run('dpkg', ['-x', file, '.'], { cwd: cache });
    rmSync(join(cache, file));
  }
  return unpacked();
}

/** Such as `postgresql-15`, on which Debian's `postgresql` depends. */
function newestPackage() {
  const ask = () => spawnSync('apt-cache', ['depends', 'postgresql'], { encoding: 'utf8' }).stdout;
  const find = () => /postgresql-\d+/.exec(ask())?.[0];
  // A fresh machine has no list of packages.
  const known = find();
  if (known === undefined) spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  return known ?? find() ?? 'postgresql';
}

/** Without the compiler's, which only long queries use. */
function librariesOf(file) {
  const { stdout } = spawnSync('dpkg-deb', ['-f', file, 'Depends'], { encoding: 'utf8' });
  return stdout
    .split(',')
    .map((word) => word.trim().split(/[ (|]/)[0])
    .filter((name) => /^lib(?!llvm)/.test(name));
}

/**
 * Starts a server of its own in a temporary folder, reachable by a socket in there.
 *
 * @param bin as {@link findPostgres} says.
 * @returns what a client needs, and `stop`, which ends it and takes its folder away.
 */
export async function startPostgres(bin) {
  const dir = mkdtempSync(join(tmpdir(), 'pg-'));
  const start = starterOf(bin, dir);
  const data = join(dir, 'data');
  let server = null;
  const stop = async () => {
    if (server !== null && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
    }
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const initdb = start('initdb', [
      '-D',
      data,
      '-U',
      'tester',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-locale',
      '--no-sync',
    ]);
    const [code] = await once(initdb, 'exit');
    if (code !== 0) throw new Error(`initdb ended with ${code}.`);
    const settings = ['listen_addresses=', 'fsync=off', 'log_min_messages=fatal'];
    server = start('postgres', ['-D', data, '-k', dir, ...settings.flatMap((each) => ['-c', each])]);
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (
      spawnSync(join(bin, 'pg_isready'), ['-q', '-h', dir, '-U', 'tester', '-d', 'postgres']).status !== 0
    ) {
      if (server.exitCode !== null || performance.now() > deadlineMs)
        throw new Error('PostgreSQL did not start.');
      await sleep(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { connection: { host: dir, user: 'tester', database: 'postgres' }, stop };
}

/** How its programs are run. They refuse root, so root becomes somebody else, to themselves only where the system knows how. */
function starterOf(bin, dir) {
  const options = { stdio: ['ignore', 'ignore', 'inherit'] };
  if (process.getuid?.() !== 0) return (name, args) => spawn(join(bin, name), args, options);
  const disguise = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  if (spawnSync('unshare', [...disguise, 'true'], { stdio: 'ignore' }).status === 0)
    return (name, args) => spawn('unshare', [...disguise, join(bin, name), ...args], options);
  chownSync(dir, NOBODY, NOBODY);
  return (name, args) => spawn(join(bin, name), args, { ...options, uid: NOBODY, gid: NOBODY });
}
