import type { Output } from '../options.ts';
import { readDeadLetters } from './dead-letters.ts';
import type { Finding } from './finding.ts';
import { checkJournals } from './journals.ts';
import { readJsonFiles } from './json-files.ts';
import { readSegments } from './segments.ts';
import { type Expected, type Place, Sightings } from './sightings.ts';

/** What a run has left behind, and what should be there. */
export interface Question {
  readonly dir: string;
  readonly topic: string;
  readonly output: Output;
  readonly names: 'distinct' | 'repeating';
  /** How many messages each partition holds: they stand at the offsets from 0 to before that. */
  readonly ends: readonly number[];
  /** Where the group's committed offset stands in each partition. */
  readonly committed: readonly number[];
  readonly expected: (at: Place) => Expected;
}

/**
 * Looks at an output folder with nothing but docs/output-folder.md in hand: every offset is on the disk exactly once or in the dead
 * letters exactly once, every file parses and is what its source was.
 */
export function check(question: Question): Finding[] {
  const { dir, topic, output, ends, committed, expected } = question;
  const sightings = new Sightings();
  readDeadLetters(dir, topic, expected, sightings);
  if (output === 'json') {
    readJsonFiles(question, sightings);
    checkJournals(question, sightings);
  } else readSegments({ dir, topic, output, partitions: ends.length, expected }, sightings);
  for (const [partition, end] of ends.entries()) {
    for (let offset = 0; offset < end; offset++) {
      const places = sightings.placesOf({ partition, offset });
      const where = `offset ${offset} of partition ${partition}`;
      if (places.length > 1) sightings.wrong('duplicate', `${where} is in ${places.join(' and in ')}`);
      if (places.length > 0) continue;
      const isCommitted = offset < (committed[partition] ?? 0);
      sightings.wrong(isCommitted ? 'lost-write' : 'poll-skip', `${where} is nowhere`);
    }
  }
  return sightings.findings;
}
