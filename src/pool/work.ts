import type { BatchView } from '../batch/batch.ts';
import type { Entries } from '../batch/entries.ts';
import type { CutAt } from './messages.ts';
import type { Slot } from './slot.ts';

/**
 * A batch on its way through the pool.
 *
 *     queued → with-worker → held → (its turn) → gone
 *        ↑          ↓
 *        └── returned: it came back with messages left, and waits until its owner resumes it
 */
export type WorkState = 'queued' | 'with-worker' | 'held' | 'returned' | 'gone';

/** Something outside that has to come. */
export interface Wait {
  /** Such as disk space. */
  readonly what: string;
  /** It comes by itself, or when somebody sees to it; if not, the setting is wrong, and to wait is to stand still. */
  readonly mayCome: boolean;
  /** Where it does not come by itself: why, as the end of a sentence. */
  readonly why?: string;
}

export interface Work {
  readonly id: number;
  readonly view: BatchView;
  /** What workers noted for the journal of messages that they saved. */
  readonly entries: Entries;
  /** Messages that the journal was told of. */
  noted: number;
  /** Bytes in flight until it is done. */
  readonly bytes: number;
  state: WorkState;
  slot: Slot | null;
  /** How many alerts may still be saved of it; null: no limit. */
  budget: number | null;
  /** Where segments are likely to be full; null: no segments. */
  readonly cutAt: CutAt | null;
  /** How often each message, by index, was the one that a worker died at. */
  readonly deaths: Map<number, number>;
  cancelled: boolean;
  /** What it may save is wanted back: one before it needs it. */
  recalled: boolean;
  /** What it was brought back for; null: nothing. */
  wait: Wait | null;
  /** Messages that the summary has counted. */
  counted: number;
  /** Alerts saved of the first message that is not finished: a limit cut it. */
  savedOfPending: number;
}

/** Messages that killed their worker twice: not to be tried a third time (docs/guarantees.md). */
export function poisonedMessages(work: Work): number[] {
  return [...work.deaths].filter(([, deaths]) => deaths >= 2).map(([index]) => index);
}

/**
 * How many alerts of a batch a worker may save now. What one that died saved of it has used some of its budget up, and nobody has counted it yet. A
 * message that a limit cut is saved again from its first alert, and those alerts are counted already.
 */
export function budgetLeft({ budget, view, counted, savedOfPending }: Work): number | null {
  if (budget === null) return null;
  let left = budget + savedOfPending;
  const pending = view.firstPending();
  for (let index = counted; index < pending; index++) left -= view.savedAt(index);
  return left;
}
