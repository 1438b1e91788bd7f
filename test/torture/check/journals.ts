import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c } from './crc32c.ts';
import { asFile, fileName, type JsonFilesQuestion } from './json-files.ts';
import type { Expected, Sightings } from './sightings.ts';

/** What the check of the journals needs to know. */
export interface JournalsQuestion extends JsonFilesQuestion {
  /** Where the group's committed offset stands in each partition. */
  readonly committed: readonly number[];
}

interface Alert {
  readonly offset: number;
  readonly path: string;
  readonly bytes: number;
  readonly crc32c: string;
}
interface Absence {
  readonly from: number;
  readonly to: number;
  readonly outcome: string;
}
interface Beginning {
  readonly start: number;
  readonly behind: string;
}
/** Of which message the lines before are the last. */
interface LastMessage {
  readonly last: number;
}
type Line = Alert | Absence | Beginning | LastMessage;

/** Reads `_journal/<topic>/<partition>.ndjson`: every committed offset stands in it, with what really became of it. */
export function checkJournals(question: JournalsQuestion, sightings: Sightings): void {
  for (const [partition, committed] of question.committed.entries()) {
    const path = join(question.dir, '_journal', question.topic, `${partition}.ndjson`);
    const lines = existsSync(path) ? readLines(path, sightings) : [];
    const told = new Map<number, Alert | string>();
    for (const line of lines) {
      if ('last' in line) continue;
      else if ('path' in line) told.set(line.offset, line);
      else if ('from' in line) for (let at = line.from; at <= line.to; at++) told.set(at, line.outcome);
      else if (!['start', 'commit', 'journal'].includes(line.behind))
        sightings.wrong(
          'poll-skip',
          `${path} begins at ${line.start} behind ${line.behind}, which never happened`,
        );
    }
    for (let offset = 0; offset < committed; offset++) {
      const entry = told.get(offset);
      const where = `offset ${offset} of partition ${partition}`;
      if (entry === undefined)
        sightings.wrong('lost-write', `${where} was committed, but its journal does not tell of it`);
      else checkEntry(question, { partition, offset }, entry, sightings);
    }
    for (const offset of told.keys())
      if (offset >= (question.ends[partition] ?? 0))
        sightings.wrong('duplicate', `${path} tells of offset ${offset}, which was never produced`);
  }
}

function checkEntry(
  { topic, names, expected }: JournalsQuestion,
  at: { partition: number; offset: number },
  entry: Alert | string,
  sightings: Sightings,
): void {
  const { value, fate }: Expected = expected(at);
  const where = `offset ${at.offset} of partition ${at.partition}`;
  if (fate === 'dead' || typeof entry === 'string') {
    const says = typeof entry === 'string' ? entry : 'saved';
    const is = fate === 'dead' ? 'dead' : 'saved';
    if (says !== is) sightings.wrong('lost-write', `the journal says that ${where} is ${says}; it is ${is}`);
    return;
  }
  const file = Buffer.from(asFile(value));
  const right: Alert = {
    offset: at.offset,
    path: `${topic}/${fileName(names, at, expected)}`,
    bytes: file.byteLength,
    crc32c: crc32c(file),
  };
  if (JSON.stringify(entry) !== JSON.stringify(right))
    sightings.wrong(
      'torn-file',
      `the journal says ${JSON.stringify(entry)}; ${where} is ${JSON.stringify(right)}`,
    );
}

/** A line without its end is the trace of a crash where a beginning stands behind it, or nothing; else it is damage. */
function readLines(path: string, sightings: Sightings): Line[] {
  const texts = readFileSync(path, 'utf8').split('\n');
  const rest = texts.pop();
  const parsed = texts.map((text) => parseLine(text));
  const lines: Line[] = [];
  for (const [index, line] of parsed.entries()) {
    const next = parsed[index + 1];
    const last = next === undefined && rest === '';
    if (line === null && (last || (next !== undefined && (next === null || !('start' in next)))))
      sightings.wrong(
        'torn-file',
        `${path}, line ${index + 1} is no line of a journal: ${texts[index] ?? ''}`,
      );
    if (line === null) continue;
    const before = parsed[index - 1];
    const offset = 'path' in line ? line.offset : 'from' in line ? line.from : null;
    if (before && 'start' in before && offset !== null && offset !== before.start)
      sightings.wrong(
        'nonmonotonic-poll',
        `${path}, line ${index + 1} is of ${offset}, behind a beginning at ${before.start}`,
      );
    lines.push(line);
  }
  return lines;
}

function parseLine(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
