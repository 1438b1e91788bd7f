import type { Beginning } from './beginning.ts';
import type { Assignment } from './broker/assignment.ts';
import { messageOf } from './errors.ts';
import type { Gaps } from './gaps.ts';
import type { Log } from './log.ts';
import type { ReadingEnd } from './stop/until-end.ts';

/** What it takes to ask for the end. */
export interface EndAround {
  readonly beginning: Beginning;
  readonly assignment: Assignment;
  readonly gaps: Gaps;
  readonly log: Log;
}

/** Asks the end that there is to be, if any. A broker that does not answer is asked another time. */
export async function askEnd(
  { beginning: { end, given, byHand }, assignment, gaps, log }: EndAround,
  ask: (end: ReadingEnd) => Promise<boolean>,
): Promise<boolean> {
  // Partitions that we take ourselves are ours alone, and a place that was given may lie before what the group has committed: until we have
  // our partitions, that says nothing.
  const isCommitEnough = byHand === null && !given.any;
  if (end === null || (!isCommitEnough && !assignment.isAnswered)) return false;
  try {
    const isReached = await ask(end);
    // What was passed over on the way to it is told before it is over.
    if (isReached) await gaps.looked();
    return isReached;
  } catch (error) {
    log.debug(`Whether the end is reached could not be asked: ${messageOf(error)}.`);
    return false;
  }
}
