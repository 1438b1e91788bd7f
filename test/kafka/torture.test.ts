import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { skipKafka } from '../support/kafka.ts';
import { startVictim, type Victim } from '../torture/broker.ts';
import type { FindingKind } from '../torture/check/finding.ts';
import { runEpisode } from '../torture/episode.ts';
import type { Bug } from '../torture/inside/plan.ts';
import type { Episode, FaultKind } from '../torture/options.ts';
import { Tally } from '../torture/tally.ts';

/** A short, fixed selection of what `npm run torture` does for as long as one likes. */
const plain: Episode = {
  seed: 20_261_124,
  seconds: 15,
  faults: ['kill'],
  output: 'json',
  compress: 'none',
  names: 'distinct',
  assignment: 'range',
  members: 2,
  bug: null,
  killsAWindow: 0,
};

const MOST_RUNS = 3;

let victim: Victim;
before(async () => {
  if (skipKafka === false) victim = await startVictim();
});
after(async () => {
  if (skipKafka === false) await victim.stop();
});

interface Planted {
  readonly faults: readonly FaultKind[];
  readonly shows: readonly FindingKind[];
  readonly names?: Episode['names'];
  readonly members?: number;
}

const planted: Readonly<Record<Bug, Planted>> = {
  'commit-before-write': { faults: ['hook', 'kill'], shows: ['lost-write'], members: 1 },
  'no-fsync': { faults: ['term'], shows: ['lost-write'], members: 1 },
  'no-epoch-check': { faults: ['churn'], shows: ['nonmonotonic-poll'] },
  'auto-commit': { faults: ['kill'], shows: ['lost-write'], members: 1 },
  'last-batch-dropped': { faults: ['hook', 'term'], shows: ['lost-write'] },
  'wrong-order': { faults: ['term'], shows: ['lost-write', 'nonmonotonic-poll'], names: 'repeating' },
  'swallowed-dead-letter': { faults: ['term'], shows: ['lost-write'] },
  'forgetful-journal': { faults: ['term'], shows: ['lost-write'], members: 1 },
};

for (const [bug, { faults, shows, ...settings }] of Object.entries(planted)) {
  test(`the checker catches a planted bug: ${bug}`, { skip: skipKafka }, async () => {
    const episode: Episode = { ...plain, ...settings, faults, bug: bug as Bug };
    let { findings } = await runEpisode(episode, victim, 'never');
    // On a busy machine a run may be over before the bug had its moment.
    for (let more = 1; findings.length === 0 && more < MOST_RUNS; more++)
      ({ findings } = await runEpisode({ ...episode, seed: episode.seed + more }, victim, 'never'));
    assert.ok(findings.length > 0, 'it finds nothing');
    assert.ok(
      findings.some(({ kind }) => shows.includes(kind)),
      findings[0]?.text,
    );
  });
}

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
  test(`nothing is lost and nothing doubled by ${name}`, { skip: skipKafka }, async (t) => {
    const tally = await runEpisode({ ...plain, ...settings }, victim, 'never');
    t.diagnostic(tally.toString());
    assert.deepEqual(tally.findings, [], tally.toString());
    assert.deepEqual(tally.surprises, []);
    all.add(tally);
  });
}

test('over these runs kills landed in every window', { skip: skipKafka }, () => {
  assert.ok(all.rarestWindow > 0, all.toString());
});
