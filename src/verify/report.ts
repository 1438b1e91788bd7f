import type { Partition } from './partitions.ts';
import { faultKinds, type Found } from './findings.ts';
import type { Verified } from './verify.ts';

const outcomes = ['filtered', 'dead', 'skipped', 'tombstone', 'missing'] as const;
const HEAD = ['topic/partition', 'kind', 'offsets', 'alerts', ...outcomes];

/** What was found, for a person. */
export function reportOf({ partitions, findings }: Verified): string {
  const parts = [table([HEAD, ...partitions.map(rowOf)])];
  for (const kind of faultKinds) {
    const found = findings.faults[kind];
    if (found.count > 0) parts.push(list(`${found.count} ${kind}:`, found));
  }
  for (const [heading, found] of findings.notes) parts.push(list(`${heading} (${found.count}):`, found));
  if (findings.clean)
    parts.push(partitions.length > 0 ? 'Nothing is lost, doubled or torn.' : 'Nothing was saved here yet.');
  return `${parts.map(printable).join('\n\n')}\n`;
}

function rowOf({ topic, partition, kinds, spans, alerts }: Partition): string[] {
  const [first, last] = [spans[0], spans.at(-1)];
  const count = (said: string): string =>
    String(spans.reduce((sum, span) => sum + (span.said === said ? span.to - span.from + 1 : 0), 0));
  return [
    `${topic}/${partition}`,
    [...kinds].sort().join(', '),
    first === undefined || last === undefined ? '–' : `${first.from}–${last.to}`,
    String(alerts),
    ...outcomes.map(count),
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function list(heading: string, { sentences, examples }: Found): string {
  const more = sentences > examples.length ? ['  …'] : [];
  return [heading, ...examples.map((example) => `  ${example}`), ...more].join('\n');
}

/** Names of files may hold anything; a terminal is to get none of it. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '?');
}
