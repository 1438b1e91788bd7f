import { outcome } from '../batch/batch.ts';

/** What records and journals call the outcome of an offset that has no alert. */
export const absenceOf = {
  [outcome.FILTERED]: 'filtered',
  [outcome.DEAD]: 'dead',
  [outcome.SKIPPED]: 'skipped',
  [outcome.TOMBSTONE]: 'tombstone',
} as const;
