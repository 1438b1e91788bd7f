// The built command, as a user runs it.
import { join } from 'node:path';

const cli = join(import.meta.dirname, '..', '..', 'build', 'src', 'cli.js');
const hooks = join(import.meta.dirname, '..', 'hooks');

/** What a user can ask for, and how its files are checked. */
export const outputs = {
  'json-4': { flags: ['--output', 'json', '--indent', '4'], check: 'same bytes' },
  'json-0': { flags: ['--output', 'json', '--indent', '0'], check: 'parsed files' },
  ndjson: { flags: ['--output', 'ndjson'], check: 'lines' },
  raw: { flags: ['--output', 'raw'], check: 'frames' },
  avro: { flags: ['--output', 'avro'], check: 'rows' },
  parquet: { flags: ['--output', 'parquet'], check: 'rows' },
  'ndjson-js-hook': {
    flags: ['--output', 'ndjson', '--process', join(hooks, 'keep.mjs')],
    check: 'lines',
  },
  'ndjson-python-hook': {
    flags: ['--output', 'ndjson', '--process', join(hooks, 'keep.py')],
    check: 'lines',
  },
};

/** One contestant: an output and settings. */
export function client(output, { workers, batchSize, durability, options = [] }) {
  return {
    name: `antares-client ${output}, ${workers} workers, batch ${batchSize}, ${durability}`,
    row: { who: 'this client', output, settings: `${workers} × worker, batch ${batchSize}, ${durability}` },
    finished: 'committed',
    check: outputs[output].check,
    command: (where) =>
      clientCommand(where, [
        ...outputs[output].flags,
        ...['--workers', String(workers), '--batch-size', String(batchSize), '--durability', durability],
        ...['--until-end', ...options],
      ]),
  };
}

/** The command line of the client with these options. */
export function clientCommand({ lab, topic, group, dir, schemaDir }, options) {
  return {
    file: process.execPath,
    args: [
      cli,
      topic,
      ...['--bootstrap-servers', lab.servers, '--group', group, '--output-dir', dir],
      ...['--schema-dir', schemaDir, '--log-format', 'json'],
      ...options,
    ],
  };
}
