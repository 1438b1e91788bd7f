// What every part of the bench is asked with.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { outputs } from './contestants/client.mjs';

const surveys = ['antares', 'ztf', 'lsst'];
const cores = availableParallelism();

const options = {
  'bootstrap-servers': { type: 'string' },
  samples: { type: 'string' },
  surveys: { type: 'string', default: surveys.join() },
  count: { type: 'string', default: '6000' },
  rounds: { type: 'string', default: '3' },
  outputs: { type: 'string', default: 'json-4,json-0,ndjson,raw' },
  workers: { type: 'string', default: [...new Set([1, cores])].join() },
  'batch-size': { type: 'string', default: '500' },
  durability: { type: 'string', default: 'none,disk' },
  neighbours: { type: 'string', default: 'original,python,transport' },
  out: { type: 'string', default: '.cache/bench' },
};

export const usage = `npm run bench -- [PART] [--OPTION VALUE …] [-- OPTION-OF-THE-CLIENT …]

PART
  compare   (default) this client and its neighbours, each survey and output
  tune      the client's settings for this machine
  latency   from the broker's append to the durable file; a visit of LSST
  scale     from a thousand to a million alerts; 1 to 4 processes in a group
  page      what --web costs, with a page open in Chromium and without
  stages    each stage alone, on one core

OPTIONS (lists are separated by commas)
  --samples DIR             real alerts: DIR/<survey>/NAME.wire, DIR/lsst/registry/ID.json; default: simulated ones
  --bootstrap-servers LIST  a broker that runs already; default: an Apache Kafka is started
  --surveys LIST            antares, ztf, lsst
  --count N                 alerts of each topic
  --rounds N                repetitions
  --outputs LIST            ${Object.keys(outputs).join(', ')}
  --workers LIST  --batch-size LIST  --durability LIST    settings of the client, each with each
  --neighbours LIST         original (ANTARES only), python, transport; or none
  --out DIR                 where the JSON, the table and the chart go`;

/** @throws Error on an option that is not there. */
export function readOptions(argv) {
  const split = argv.indexOf('--');
  const own = split < 0 ? argv : argv.slice(0, split);
  const { values, positionals } = parseArgs({ args: own, allowPositionals: true, options });
  const list = (name) => values[name].split(',').filter(Boolean);
  return {
    part: positionals[0] ?? 'compare',
    bootstrapServers: values['bootstrap-servers'],
    samplesDir: values.samples === undefined ? null : resolve(values.samples),
    surveys: list('surveys'),
    count: Number(values.count),
    rounds: Number(values.rounds),
    outputs: list('outputs'),
    workers: list('workers').map(Number),
    batchSizes: list('batch-size').map(Number),
    durabilities: list('durability'),
    neighbours: list('neighbours'),
    out: resolve(values.out),
    clientOptions: split < 0 ? [] : argv.slice(split + 1),
  };
}
