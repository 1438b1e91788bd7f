import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';
import { several } from '../several.ts';
import { bytesText } from './units.ts';

/** What a run has done: fields for programs and a sentence for people; null: it never began. */
export function summaryOf(
  { output, select, dryRun }: Config,
  telemetry: Telemetry,
): { readonly fields: Record<string, number | boolean>; readonly text: string } | null {
  const total = telemetry.total();
  const {
    keptAlerts: savedAlerts,
    savedBytes,
    filteredAlerts,
    takenBackAlerts,
    deadLetters,
    skippedMessages,
    tombstones,
    segmentFiles,
    segmentBytes,
  } = total;
  const { lostOffsets, startedMs } = telemetry;
  if (startedMs === null) return null;
  const seconds = (performance.now() - startedMs) / 1000;
  // Nobody counts an alert's stamps, nor how often one file an alert replaced another of its name.
  const uncounted = output.dir === null || output.form === 'json' || select.stamps === 'extract';
  const [files, fileBytes] = uncounted ? [0, 0] : [segmentFiles, segmentBytes];
  const alertsPerSecond = seconds > 0 ? Math.round(savedAlerts / seconds) : 0;
  const letters = output.dir === null ? '' : ` in ${join(output.dir, DEAD_LETTER_FOLDER)}`;
  const saved = dryRun
    ? `Would have saved ${several(savedAlerts, 'alert')}`
    : `${several(savedAlerts, 'alert')} saved`;
  // How many bytes the alerts had that were thrown away, nobody counts.
  const bytes = files > 0 ? fileBytes : takenBackAlerts > 0 ? null : savedBytes;
  const parts = [
    `${saved}${files > 0 ? ` in ${several(files, 'file')}` : ''}${bytes === null ? '' : ` (${bytesText(bytes)})`}`,
    filteredAlerts > 0 ? `${filteredAlerts} filtered` : '',
    deadLetters > 0 ? `${several(deadLetters, 'dead letter')}${letters}` : '',
    skippedMessages > 0 ? `${several(skippedMessages, 'bad message')} skipped` : '',
    tombstones > 0 ? several(tombstones, 'tombstone') : '',
    lostOffsets > 0 ? `${several(lostOffsets, 'offset')} lost` : '',
  ];
  return {
    fields: {
      ...{
        savedAlerts,
        savedBytes,
        files,
        fileBytes,
        filteredAlerts,
        deadLetters,
        skippedMessages,
        tombstones,
      },
      ...{ lostOffsets, seconds, alertsPerSecond },
      ...(dryRun ? { dryRun } : {}),
    },
    text: `${parts.filter(Boolean).join(', ')} in ${seconds.toFixed(1)} s, ${alertsPerSecond} a second.${dryRun ? ' Nothing was written or committed.' : ''}`,
  };
}
