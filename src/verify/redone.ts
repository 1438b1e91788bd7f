import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Findings } from './findings.ts';
import { isJson } from './lines.ts';
import type { Partitions } from './partitions.ts';
import { entriesOf, foldersIn } from './tree.ts';

/** Folder of the alerts that `redo` saved of dead letters whose offsets a segment covers. */
export const REDONE_FOLDER = '_redone';

/** Reads what was redone beside segments: a file a message, an alert a line. */
export function readRedone(dir: string, partitions: Partitions, findings: Findings): void {
  for (const topic of foldersIn(join(dir, REDONE_FOLDER))) {
    for (const { name } of entriesOf(join(dir, REDONE_FOLDER, topic))) {
      const [, partition, offset] = /^(\d+)-(\d+)\.ndjson$/.exec(name) ?? [];
      if (partition === undefined) continue;
      const into = partitions.of(topic, Number(partition));
      into.redone.add(Number(offset));
      const shown = `${REDONE_FOLDER}/${topic}/${name}`;
      let lines: string[];
      try {
        lines = readFileSync(join(dir, shown), 'utf8').split('\n');
      } catch (error) {
        findings.fault('torn', `${shown} cannot be read: ${messageOf(error)}`);
        continue;
      }
      if (lines.pop() !== '' || !lines.every(isJson))
        findings.fault('torn', `${shown} is not JSON, line by line`);
      into.alerts += lines.length;
    }
  }
}
