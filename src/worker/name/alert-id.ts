import type { Message } from '../message.ts';

/** Fields of an alert that may name it, in the order in which they are asked. */
export const idPaths = [
  'new_alert.alert_id',
  'alert_id',
  'new_alert.survey',
  'new_alert.original_id',
  'id',
  'data.id',
  'candid',
  'diaSourceId',
  'alertId',
] as const;

/**
 * The name of an alert: ANTARES's `alert_id`, else `<survey>-<original_id>` as the original client had it; a locus's id; ZTF's
 * `candid`; LSST's `diaSourceId`; else where the message stood.
 *
 * @param fields the captured {@link idPaths}.
 * @param record place of the alert in its message, or null where it is the only one.
 */
export function alertId(
  fields: readonly (string | undefined)[],
  message: Message,
  topic: string,
  record: number | null,
): string {
  const [nested, own, survey, original, ...others] = fields.map(given);
  const named = nested ?? own;
  if (named !== undefined) return named;
  if (survey !== undefined && original !== undefined) return `${survey}-${original}`;
  const other = others.find((field) => field !== undefined);
  if (other !== undefined) return other;
  const place = `${topic}-${message.partition}-${message.offset}`;
  return record === null ? place : `${place}-${record}`;
}

/** An empty text names nothing, and ANTARES writes `"null"` for what is missing. */
function given(field: string | undefined): string | undefined {
  return field === '' || field === 'null' ? undefined : field;
}
