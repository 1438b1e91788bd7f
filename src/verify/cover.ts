import type { beginnings } from '../segment/record.ts';
import type { JournalBeginning, JournalOutcome } from '../journal/parse.ts';

/** What a folder says of offsets: they were saved, or why not. */
export type Said = 'saved' | JournalOutcome;

/** How a writer came to an offset. */
export type Behind = (typeof beginnings)[number] | JournalBeginning;

/** A segment, or lines of a journal that were written one after the other: what speaks of a run of offsets. */
export interface Source {
  /** The file, for people. */
  readonly name: string;
  /** Tells the runs of lines of one journal apart; 0 for a segment. */
  readonly run: number;
}

/** Offsets of one partition, both ends included, and what is said of them. */
export interface Span {
  readonly from: number;
  to: number;
  readonly said: Said;
  readonly source: Source;
}

/**
 * Puts a span over those before it: the later one counts. Spans mostly come in offset order, and then it goes to the end.
 *
 * @param spans in offset order, none over another.
 */
export function overlay(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (last === undefined || last.to < span.from) {
    if (last?.to === span.from - 1 && last.said === span.said && last.source === span.source)
      last.to = span.to;
    else spans.push(span);
    return;
  }
  const at = firstReaching(spans, span.from);
  let end = at;
  const pieces: Span[] = [];
  for (let old = spans[end]; old !== undefined && old.from <= span.to; old = spans[++end]) {
    if (old.from < span.from) pieces.push({ ...old, to: span.from - 1 });
  }
  pieces.push(span);
  const lastOld = spans[end - 1];
  if (end > at && lastOld !== undefined && lastOld.to > span.to)
    pieces.push({ ...lastOld, from: span.to + 1 });
  spans.splice(at, end - at, ...pieces);
}

/** The span that holds an offset. */
export function spanAt(spans: readonly Span[], offset: number): Span | undefined {
  const span = spans[firstReaching(spans, offset)];
  return span !== undefined && span.from <= offset ? span : undefined;
}

/** Index of the first span that ends at an offset or behind it. */
function firstReaching(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as Span).to < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `offset 7` or `offsets 7–9`. */
export function offsets(from: number, to: number): string {
  return from === to ? `offset ${from}` : `offsets ${from}–${to}`;
}
