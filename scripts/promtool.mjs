import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { has, isDebian, run } from './debian.mjs';

const cache = join(import.meta.dirname, '..', 'node_modules', '.cache', 'promtool');

/**
 * Prometheus's own checker. Where it is not installed it is taken out of Debian's package, without installing that: it
 * would start a server. Returns null where there is no way to it.
 */
export function findPromtool() {
  if (has('promtool')) return 'promtool';
  const fetched = join(cache, 'usr', 'bin', 'promtool');
  if (existsSync(fetched)) return fetched;
  if (!isDebian()) return null;
  mkdirSync(cache, { recursive: true });
  const download = () =>
    spawnSync('apt-get', ['download', '-qq', 'prometheus'], { cwd: cache, stdio: 'ignore' }).status === 0;
  if (!download()) {
    // A fresh machine has no list of packages.
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    if (!download()) return null;
  }
  const file = readdirSync(cache).find((name) => name.endsWith('.deb'));
  run('dpkg', ['-x', file, '.'], { cwd: cache });
  rmSync(join(cache, file));
  rmSync(join(cache, 'usr', 'bin', 'prometheus'), { force: true });
  return fetched;
}
