import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipKafka } from '../support/kafka.ts';
import { skipReaders } from '../support/readers.ts';
import { runEpisode } from '../torture/episode.ts';
import type { Episode } from '../torture/options.ts';
import { plain, victimOfFile } from '../torture/short.ts';
import { Tally } from '../torture/tally.ts';

const victim = victimOfFile();

const runs: Readonly<Record<string, Partial<Episode>>> = {
  'kills, each message a file of its own': { killsAWindow: 1, seconds: 15 },
  'kills, names that come again': {
    killsAWindow: 1,
    seconds: 15,
    names: 'repeating',
    assignment: 'cooperative-sticky',
  },
  'kills, ndjson segments': { killsAWindow: 1, seconds: 15, output: 'ndjson' },
  'kills, segments of several files': { killsAWindow: 1, seconds: 15, output: 'ndjson-by-path' },
  'kills, raw segments': {
    killsAWindow: 1,
    seconds: 15,
    output: 'raw',
    assignment: 'cooperative-sticky',
  },
  'kills, Avro files of records as they came': {
    killsAWindow: 1,
    seconds: 15,
    output: 'avro',
    source: 'avro',
  },
  'kills, Parquet files': { killsAWindow: 1, seconds: 15, output: 'parquet' },
  'bytes that change on their way': { faults: ['corrupt'], seconds: 8 },
  'signals, a frozen member, members that come and go, a broken network, a killed and frozen broker, mischievous hooks':
    {
      faults: ['term', 'freeze-member', 'churn', 'proxy', 'kill-broker', 'freeze-broker', 'hook'],
      seconds: 30,
      assignment: 'cooperative-sticky',
    },
};

const all = new Tally();

for (const [name, settings] of Object.entries(runs)) {
  const skip =
    skipKafka !== false
      ? skipKafka
      : ['avro', 'parquet'].includes(settings.output ?? '')
        ? skipReaders
        : false;
  test(`nothing is lost and nothing doubled by ${name}`, { skip }, async (t) => {
    const tally = await runEpisode({ ...plain, ...settings }, victim(), 'never');
    t.diagnostic(tally.toString());
    assert.deepEqual(tally.findings, [], tally.toString());
    assert.deepEqual(tally.surprises, []);
    all.add(tally);
  });
}

test('over these runs kills landed in every window', { skip: skipKafka }, () => {
  assert.ok(all.rarestWindow > 0, all.toString());
});
