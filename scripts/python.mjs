// Python environments of the project's own, under .cache/: for tests and benches that need programs of others.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, missingPackages, run } from './debian.mjs';

const cache = join(import.meta.dirname, '..', '.cache');

/** The folder of commands of an environment that was made of this requirements file; null: there is none yet. */
export function pythonEnvironment(name, requirements) {
  const { bin, stamp } = placesOf(name);
  const isMade = existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(requirements, 'utf8');
  return isMade ? bin : null;
}

/** The same, made where there is none. Throws where it cannot be made. */
export function makePythonEnvironment(name, requirements) {
  const made = pythonEnvironment(name, requirements);
  if (made !== null) return made;
  const { dir, bin, stamp } = placesOf(name);
  console.log(`Making a Python environment for ${name} …`);
  // Debian's Python makes none without it; another one brings its own.
  if (!makesEnvironments())
    installPackages(missingPackages(['python3-venv']), 'for Python environments', true);
  rmSync(dir, { recursive: true, force: true });
  run('python3', ['-m', 'venv', dir]);
  run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  run('cp', [requirements, `${stamp}.tmp`]);
  renameSync(`${stamp}.tmp`, stamp);
  return bin;
}

function placesOf(name) {
  const dir = join(cache, `python-${name}`);
  return { dir, bin: join(dir, 'bin'), stamp: join(dir, 'requirements.txt') };
}

function makesEnvironments() {
  try {
    run('python3', ['-c', 'import ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
