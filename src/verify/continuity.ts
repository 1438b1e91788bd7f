import { offsets, type Span, spanAt } from './cover.ts';
import type { Findings } from './findings.ts';
import type { Partition } from './partitions.ts';

const EARLIER =
  'Offsets that are not in this folder, because their group had committed them before (archived, another machine)';
const NOT_ASKED_FOR = 'Offsets that were not asked for (--start-at, --replay)';
const EXPIRED = 'Offsets that had expired on the broker before they could be read';

/** Whether what a folder says of a partition goes from offset to offset, each once, and fits to its dead letters. */
export function checkContinuity(partition: Partition, findings: Findings): void {
  const { spans } = partition;
  spans.sort((a, b) => a.from - b.from || a.to - b.to);
  let previous: Span | null = null;
  for (const span of spans) {
    compare(partition, previous, span, findings);
    if (span.said === 'expired')
      findings.note(EXPIRED, at(partition, span.from, span.to), span.to - span.from + 1);
    if (previous === null || span.to > previous.to) previous = span;
  }
  checkLetters(partition, findings);
}

function compare(partition: Partition, previous: Span | null, span: Span, findings: Findings): void {
  const next = previous === null ? 0 : previous.to + 1;
  if (span.from < next) {
    const to = Math.min(span.to, next - 1);
    const where = `${at(partition, span.from, to)}: in ${previous?.source.name ?? ''} and in ${span.source.name}`;
    findings.fault('doubled', where, to - span.from + 1);
    return;
  }
  if (span.from === next) return;
  const count = span.from - next;
  const where = at(partition, next, span.from - 1);
  const behind = partition.beginnings.get(span.from);
  if (behind === 'expired') findings.note(EXPIRED, where, count);
  else if (behind === 'commit') findings.note(EARLIER, where, count);
  else if (behind === 'given') findings.note(NOT_ASKED_FOR, where, count);
  else if (previous !== null || behind === undefined) lostBetween(previous, where, count, findings);
  // What came before the first that a folder has was archived, or there never was anything.
  else if (behind !== 'start') findings.note(EARLIER, where, count);
}

function lostBetween(previous: Span | null, where: string, count: number, findings: Findings): void {
  const behind = previous === null ? '' : ` behind ${previous.source.name}`;
  findings.fault('lost', `${where}: nothing in the folder tells of them${behind}`, count);
}

function checkLetters(partition: Partition, findings: Findings): void {
  const { spans, letters, redone } = partition;
  const accounted = new Map<Span, number>();
  const account = (span: Span): void => {
    accounted.set(span, (accounted.get(span) ?? 0) + 1);
  };
  for (const [offset, letter] of letters) {
    const span = spanAt(spans, offset);
    const where = at(partition, offset, offset);
    if (span?.said === 'dead') {
      account(span);
      if (redone.has(offset)) findings.note(LEFT_OVER, where);
      else if (!letter.value) findings.fault('lost', `${where}: its dead letter's .bin is gone`);
      else if (!letter.sidecar) findings.fault('lost', `${where}: its dead letter's .json is gone`);
    } else if (span === undefined) {
      findings.note('Dead letters that nothing tells of yet; a client is at work, or was killed', where);
    } else {
      // What a record or a journal says counts; the letter is of an attempt that was cut off before it could say anything.
      findings.note(LEFT_OVER, where);
    }
  }
  for (const offset of redone) {
    const span = spanAt(spans, offset);
    if (span?.said === 'dead') {
      if (!letters.has(offset)) account(span);
    } else if (span?.said === 'saved') {
      findings.fault('doubled', `${at(partition, offset, offset)}: in ${span.source.name} and redone`);
    }
  }
  for (const span of spans) {
    const missing = span.said === 'dead' ? span.to - span.from + 1 - (accounted.get(span) ?? 0) : 0;
    if (missing === 0) continue;
    const where = at(partition, span.from, span.to);
    findings.fault('lost', `${where}: ${missing} dead letters are gone`, missing);
  }
}

const LEFT_OVER =
  'Dead letters of offsets that have been saved since; antares-client redo clears away those of the same messages';

function at({ topic, partition }: Partition, from: number, to: number): string {
  return `${topic}/${partition} ${offsets(from, to)}`;
}
