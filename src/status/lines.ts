import type { StatusView } from './view.ts';
import { several } from '../several.ts';
import { bytesText, durationText } from './units.ts';

/** The status for a log: fields for programs and a sentence for people. */
export function lineOf(view: StatusView): {
  readonly fields: Record<string, unknown>;
  readonly text: string;
} {
  const { all, progress, waits, bytesInFlight, latencyMs, isAssigned, isIdle } = view;
  const { savedAlerts, filteredAlerts, badMessages, lag, rates } = all;
  const parts = [
    isAssigned
      ? isIdle
        ? 'no partition is left for this member of the group'
        : ''
      : 'waiting for partitions (a topic may not be there yet, and a member of the group that is gone counts until its session ends)',
    `${several(savedAlerts, 'alert')} ${view.isDryRun ? 'would be saved' : 'saved'}`,
    filteredAlerts > 0 ? `${filteredAlerts} filtered` : '',
    badMessages > 0 ? several(badMessages, 'bad message') : '',
    `${Math.round(rates.alerts)} a second (${bytesText(rates.bytes)}/s)`,
    lag === null ? '' : lag === 0 ? 'nothing left to read' : `${lag} behind`,
    lag !== null && lag > 0 && all.catchUpMs !== null ? `caught up in ${durationText(all.catchUpMs)}` : '',
    progress === null ? '' : `${Math.floor((100 * progress.done) / Math.max(1, progress.goal))} % done`,
    ...waits,
  ];
  const text = parts.filter(Boolean).join(', ');
  return {
    fields: {
      ...{ savedAlerts, filteredAlerts, badMessages, lag, bytesInFlight },
      alertsPerSecond: Math.round(rates.alerts),
      bytesPerSecond: Math.round(rates.bytes),
      latencyP99Ms: latencyMs === null ? null : Math.round(latencyMs.p99),
      topics: Object.fromEntries(
        view.topics.map((topic) => [
          topic.name,
          {
            savedAlerts: topic.savedAlerts,
            alertsPerSecond: Math.round(topic.rates.alerts),
            lag: topic.lag,
            committed: topic.committed,
          },
        ]),
      ),
    },
    text: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`,
  };
}
