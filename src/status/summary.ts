import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';
import { bytesText } from './units.ts';

/** What a run has done: fields for programs and a sentence for people; null: it never began. */
export function summaryOf(
  { output }: Config,
  telemetry: Telemetry,
): { readonly fields: Record<string, number>; readonly text: string } | null {
  const total = telemetry.total();
  const {
    keptAlerts: savedAlerts,
    savedBytes,
    filteredAlerts,
    deadLetters,
    skippedMessages,
    tombstones,
    segments,
  } = total;
  const { lostOffsets, startedMs } = telemetry;
  if (startedMs === null) return null;
  const seconds = (performance.now() - startedMs) / 1000;
  // A segment with a layout has several files, which nobody counts.
  const uncounted = output.dir === null || output.layout !== null;
  const files = uncounted ? 0 : output.form === 'json' ? savedAlerts : segments;
  const alertsPerSecond = seconds > 0 ? Math.round(savedAlerts / seconds) : 0;
  const letters = output.dir === null ? '' : ` in ${join(output.dir, DEAD_LETTER_FOLDER)}`;
  const parts = [
    `${savedAlerts} alerts saved${files > 0 ? ` in ${files} ${files === 1 ? 'file' : 'files'}` : ''} (${bytesText(savedBytes)})`,
    filteredAlerts > 0 ? `${filteredAlerts} filtered` : '',
    deadLetters > 0 ? `${deadLetters} dead ${deadLetters === 1 ? 'letter' : 'letters'}${letters}` : '',
    skippedMessages > 0 ? `${skippedMessages} bad messages skipped` : '',
    tombstones > 0 ? `${tombstones} tombstones` : '',
    lostOffsets > 0 ? `${lostOffsets} offsets lost` : '',
  ];
  return {
    fields: {
      ...{ savedAlerts, savedBytes, files, filteredAlerts, deadLetters, skippedMessages, tombstones },
      ...{ lostOffsets, seconds, alertsPerSecond },
    },
    text: `${parts.filter(Boolean).join(', ')} in ${seconds.toFixed(1)} s, ${alertsPerSecond} a second.`,
  };
}
