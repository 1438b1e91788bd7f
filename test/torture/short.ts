import { after, before } from 'node:test';
import { skipKafka } from '../support/kafka.ts';
import { startVictim, type Victim } from './broker.ts';
import type { Episode } from './options.ts';

/** What the runs in `npm test` have in common: a short, fixed selection of what `npm run torture` does for as long as one likes. */
export const plain: Episode = {
  seed: 20_261_124,
  seconds: 15,
  faults: ['kill'],
  output: 'json',
  compress: 'none',
  names: 'distinct',
  source: 'json',
  assignment: 'range',
  members: 2,
  bug: null,
  killsAWindow: 0,
};

/** A broker for the tests of a file, which is there once they run. */
export function victimOfFile(): () => Victim {
  let victim: Victim;
  before(async () => {
    if (skipKafka === false) victim = await startVictim();
  });
  after(async () => {
    if (skipKafka === false) await victim.stop();
  });
  return () => victim;
}
