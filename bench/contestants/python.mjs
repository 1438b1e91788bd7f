// The neighbours in Python, in virtual environments of their own under .cache/.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from '../../scripts/debian.mjs';

const root = join(import.meta.dirname, '..', '..');
const scripts = join(import.meta.dirname, '..', 'python');

/** Makes the environment of a requirements file, once. @returns its folder of commands. */
function environment(name) {
  const requirements = join(scripts, `${name}.txt`);
  const dir = join(root, '.cache', `python-${name}`);
  const stamp = join(dir, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return join(dir, 'bin');
  console.log(`Making a Python environment of bench/python/${name}.txt …`);
  rmSync(dir, { recursive: true, force: true });
  run('python3', ['-m', 'venv', dir]);
  run(join(dir, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  run('cp', [requirements, `${stamp}.tmp`]);
  renameSync(`${stamp}.tmp`, stamp);
  return join(dir, 'bin');
}

/** The client of 2018 that ANTARES gave its users, with its own command. It never ends and says each file. */
export function original() {
  const bin = environment('original');
  return {
    name: 'antares-client 0.1.0 (Python)',
    row: { who: 'original (Python)', output: 'json-4', settings: 'as it comes' },
    finished: { said: 'Saved alert ' },
    check: 'same bytes',
    command: ({ lab, topic, group, dir }) => {
      const [host, port] = lab.servers.split(',')[0].split(':');
      const args = ['--host', host, '--port', port, '--group', group, '--output-directory', dir, topic];
      return {
        file: join(bin, 'antares-client'),
        args,
        env: { PYTHONUNBUFFERED: '1' },
      };
    },
  };
}

/** What each row of best.py writes. */
const bestOutputs = {
  'json-4': { row: { output: 'json-4', settings: 'json.dumps, byte-identical' }, check: 'same bytes' },
  'json-2': { row: { output: 'json-2', settings: 'orjson, parse-equal' }, check: 'parsed files' },
  ndjson: { row: { output: 'ndjson', settings: 'orjson' }, check: 'lines' },
};

/** A Python client as good as one can write it: batches, C extensions, as many processes as cores. */
export function bestPython(output) {
  const bin = environment('best');
  const { row, check } = bestOutputs[output];
  const processes = availableParallelism();
  return {
    name: `best Python ${output}`,
    row: { who: 'best Python', ...row, settings: `${processes} processes, ${row.settings}` },
    finished: 'committed',
    check,
    command: ({ lab, topic, group, dir, survey, schemaDir }) => ({
      file: join(bin, 'python'),
      args: [
        join(scripts, 'best.py'),
        ...['--servers', lab.servers, '--topic', topic, '--group', group, '--dir', dir],
        ...['--survey', survey, '--output', output, '--processes', String(processes)],
        ...['--schemas', schemaDir],
      ],
    }),
  };
}
