// Programs of others that read what the client wrote: fastavro, PyArrow, DuckDB, jq, zstd.
import { join } from 'node:path';
import { has, installPackages } from './debian.mjs';
import { makePythonEnvironment, pythonEnvironment } from './python.mjs';

const requirements = join(import.meta.dirname, '..', 'test', 'readers', 'requirements.txt');
const commands = ['jq', 'zstd'];

/** The Python that has them; null where they are not installed. */
export function findReaders() {
  const bin = pythonEnvironment('readers', requirements);
  return bin === null || !commands.every(has) ? null : join(bin, 'python');
}

/** Installs what is missing. Throws where it cannot. */
export function installReaders() {
  installPackages(
    commands.filter((command) => !has(command)),
    'to read outputs back',
    true,
  );
  makePythonEnvironment('readers', requirements);
}
