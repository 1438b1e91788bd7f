import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';
import { findSums } from './file-sums.ts';
import type { Findings } from './findings.ts';
import type { Partitions } from './partitions.ts';
import { entriesOf, foldersIn } from './tree.ts';

/** The files of a dead letter that are there. */
export interface Letter {
  value: boolean;
  sidecar: boolean;
}

const NAME = /^(\d+)-(\d+)\.(bin|json)$/;

/** Reads the dead letters of a folder, and checks that each is whole. */
export function readDeadLetters(dir: string, partitions: Partitions, findings: Findings): void {
  for (const topic of foldersIn(join(dir, DEAD_LETTER_FOLDER))) {
    const folder = join(dir, DEAD_LETTER_FOLDER, topic);
    for (const { name } of entriesOf(folder)) {
      const [, partition, offset, extension] = NAME.exec(name) ?? [];
      if (partition === undefined) continue;
      const { letters } = partitions.of(topic, Number(partition));
      const letter = letters.get(Number(offset)) ?? { value: false, sidecar: false };
      letters.set(Number(offset), letter);
      if (extension === 'bin') letter.value = true;
      else letter.sidecar = true;
      if (extension === 'json') checkLetter(folder, name, `${DEAD_LETTER_FOLDER}/${topic}/${name}`, findings);
    }
  }
}

function checkLetter(folder: string, name: string, shown: string, findings: Findings): void {
  let sidecar: Record<string, unknown>;
  try {
    sidecar = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
  } catch {
    findings.fault('torn', `${shown} is not JSON`);
    return;
  }
  const shownValue = shown.replace(/json$/, 'bin');
  const value = findSums(join(folder, name.replace(/json$/, 'bin')), shownValue, findings);
  // Its absence is told where the offset is.
  if (value == null) return;
  // Early letters have no checksum.
  const { bytes, crc32c = value.crc32c } = sidecar;
  if (value.bytes !== bytes || value.crc32c !== crc32c)
    findings.fault('torn', `${shownValue} is not the value that its .json tells of`);
}
