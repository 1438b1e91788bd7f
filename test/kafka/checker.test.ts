import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipKafka } from '../support/kafka.ts';
import type { FindingKind } from '../torture/check/finding.ts';
import { runEpisode } from '../torture/episode.ts';
import type { Bug } from '../torture/inside/plan.ts';
import type { Episode, FaultKind } from '../torture/options.ts';
import { plain, victimOfFile } from '../torture/short.ts';

const MOST_RUNS = 3;

const victim = victimOfFile();

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
    let tally = await runEpisode(episode, victim(), 'never');
    // On a busy machine a run may be over before the bug had its moment.
    for (let more = 1; tally.findings.length === 0 && more < MOST_RUNS; more++)
      tally = await runEpisode({ ...episode, seed: episode.seed + more }, victim(), 'never');
    const { findings, surprises } = tally;
    assert.ok(findings.length > 0, `it finds nothing: ${tally.toString()}\n${surprises.join('\n')}`);
    assert.ok(
      findings.some(({ kind }) => shows.includes(kind)),
      findings[0]?.text,
    );
  });
}
