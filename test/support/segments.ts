import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseRecord, type SegmentRecord } from '../../src/segment/record.ts';

/** The records of a partition's folder, in offset order; of those whose segment is there too. */
export function recordsIn(folder: string): SegmentRecord[] {
  const names = readdirSync(folder);
  return names
    .filter((name) => name.endsWith('.record'))
    .sort()
    .map((name) => parseRecord(readFileSync(join(folder, name), 'utf8')))
    .filter(({ segment }) => names.includes(segment));
}

/** The lines of a partition's ndjson segments, in offset order. */
export function linesIn(folder: string): string[] {
  return recordsIn(folder).flatMap(({ segment }) => {
    const bytes = readFileSync(join(folder, segment));
    return (segment.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1);
  });
}

/** Every offset that the records say is covered, with why it is absent, or null for one that is saved. @throws Error at a gap or an overlap. */
export function coverage(records: readonly SegmentRecord[]): (string | null)[] {
  const covered: (string | null)[] = [];
  for (const { first, last, absent } of records) {
    if (first !== covered.length) throw new Error(`${first} follows ${covered.length - 1}`);
    for (let offset = first; offset <= last; offset++) {
      covered.push(absent.find(([, from, to]) => from <= offset && offset <= to)?.[0] ?? null);
    }
  }
  return covered;
}
