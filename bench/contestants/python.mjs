// The neighbours in Python, in virtual environments of their own under .cache/.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { makePythonEnvironment } from '../../scripts/python.mjs';

const scripts = join(import.meta.dirname, '..', 'python');

/** The folder of commands of a requirements file's environment. */
function environment(name) {
  return makePythonEnvironment(name, join(scripts, `${name}.txt`));
}

/** The folder of commands of Python with all that {@link bestPython} needs. */
export function bestEnvironment() {
  return environment('best');
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
  parquet: { row: { output: 'parquet', settings: 'PyArrow' }, check: 'rows' },
};

/** A Python client as good as one can write it: batches, C extensions, as many processes as cores. */
export function bestPython(output) {
  const bin = bestEnvironment();
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
