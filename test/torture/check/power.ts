import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Output } from '../options.ts';
import { type FileEvent, ForgetfulFiles } from './durable.ts';
import type { Finding } from './finding.ts';
import { filesOf, readRecords } from './segments.ts';
import { type Expected, type Place, Sightings } from './sightings.ts';

/** What one client did, and where it began. */
export interface PowerQuestion {
  readonly dir: string;
  readonly topic: string;
  readonly output: Output;
  readonly traceFile: string;
  /** The committed offsets before the client began: what lies below was another's work. */
  readonly from: readonly number[];
  readonly expected: (at: Place) => Expected;
}

/**
 * Plays the calls of one client on a file system that forgets what was not synced, and lets the power go at every commit: what is committed must
 * have survived.
 */
export function checkPowerLoss(question: PowerQuestion): Finding[] {
  const { dir, topic, traceFile, from } = question;
  const files = new ForgetfulFiles(dir);
  const reached = [...from];
  const findings: Finding[] = [];
  const pathsOf = question.output === 'json' ? jsonPaths(question) : segmentPaths(question, files);
  for (const event of readTrace(traceFile)) {
    files.apply(event);
    if (event.call !== 'commit' || event.topic !== topic) continue;
    const { partition, offset } = event;
    for (let at = reached[partition] ?? 0; at < offset; at++) {
      const forgotten = pathsOf({ partition, offset: at }).filter((path) => !files.survives(path));
      if (forgotten.length > 0) {
        const text = `offset ${at} of partition ${partition} was committed, but a power cut would have taken ${forgotten.join(', ')}`;
        findings.push({ kind: 'lost-write', text });
      }
    }
    reached[partition] = Math.max(reached[partition] ?? 0, offset);
  }
  return findings;
}

function readTrace(file: string): FileEvent[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as FileEvent);
}

function deadLetterPaths({ dir, topic }: PowerQuestion, { partition, offset }: Place): string[] {
  const base = join(dir, '_dead-letter', topic, `${partition}-${offset}`);
  return [`${base}.bin`, `${base}.json`];
}

function jsonPaths(question: PowerQuestion): (at: Place) => string[] {
  const { dir, topic, expected } = question;
  return (at) =>
    expected(at).fate === 'dead'
      ? deadLetterPaths(question, at)
      : [join(dir, topic, `${at.partition}-${at.offset}.json`)];
}

function segmentPaths(question: PowerQuestion, files: ForgetfulFiles): (at: Place) => string[] {
  const { dir, topic, from, expected } = question;
  const folders = from.map((_, partition) => join(dir, topic, String(partition)));
  const records = folders.map((folder) => readRecords(folder, new Sightings()));
  return (at) => {
    const folder = folders[at.partition] ?? '';
    const found = records[at.partition]?.find(({ first, last }) => first <= at.offset && at.offset <= last);
    // What no record covers is found missing elsewhere.
    if (found === undefined) return [];
    const recordOf = ({ first }: { first: number }): string =>
      join(folder, `${String(first).padStart(20, '0')}.record`);
    const record = recordOf(found);
    // A range's files are durable before the next record is published: only what others published last may need a sync.
    const later = records[at.partition]?.find(({ first }) => first > found.last);
    const settled = !files.named(record) && later !== undefined && !files.named(recordOf(later));
    // Who published another's record had synced the letters of its offsets before.
    const isDead = expected(at).fate === 'dead' && files.named(record);
    const more = isDead ? deadLetterPaths(question, at) : [];
    const listed = found.format === 2 && settled ? [] : filesOf(question, at.partition, found);
    return [record, ...listed.map(({ path }) => path), ...more];
  };
}
