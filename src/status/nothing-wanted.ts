import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { several } from '../several.ts';
import type { History } from '../telemetry/history.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** A visit of Rubin's telescope: most filters keep something of so many. */
const MANY_ALERTS = 10_000;

/**
 * Says so where a filter keeps nothing. A field that is missing is null and no error, so that a slip in its name filters a whole night away without
 * a word; but a filter may also be after what is rare.
 *
 * @returns what ends it, behind the last alert.
 */
export function tellWhereNothingIsWanted(
  { select: { where, cones } }: Config,
  telemetry: Telemetry,
  history: History,
  log: Log,
): () => void {
  const filters = [where === null ? '' : '--where', cones.length === 0 ? '' : '--cone'].filter(Boolean);
  if (filters.length === 0) return () => undefined;
  let isTold = false;
  const textOf = (filteredAlerts: number): string =>
    `Of ${several(filteredAlerts, 'alert')} ${filters.join(' and ')} kept none: antares-client doctor with the same options says whether alerts have the fields that are asked for.`;
  history.onSample(() => {
    const { savedAlerts, filteredAlerts } = telemetry.total();
    if (isTold || savedAlerts > 0 || filteredAlerts < MANY_ALERTS) return;
    isTold = true;
    log.warn(textOf(filteredAlerts));
  });
  return () => {
    const { savedAlerts, filteredAlerts } = telemetry.total();
    // Who runs it every hour with --quiet does not want to hear each time that there was nothing.
    if (!isTold && savedAlerts === 0 && filteredAlerts > 0) log.info(textOf(filteredAlerts));
  };
}
