import { JOURNAL_FOLDER } from '../journal/line.ts';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';
import type { AlertFiles } from './alert-files.ts';
import type { Findings } from './findings.ts';
import { REDONE_FOLDER } from './redone.ts';
import { filesBelow, isSegmentFile, isTemporary } from './tree.ts';

const OWN_FOLDERS = new Set([JOURNAL_FOLDER, DEAD_LETTER_FOLDER, REDONE_FOLDER]);

/** Files that nothing tells of: none of them is a fault, and somebody may wonder. */
export function noteStrangers(dir: string, files: AlertFiles, findings: Findings): void {
  for (const path of filesBelow(dir)) {
    const names = path.split('/');
    const name = names.at(-1) ?? '';
    if (isTemporary(name)) {
      findings.note('Temporaries: the next run sweeps those of dead writers', path);
    } else if (
      !OWN_FOLDERS.has(names[0] ?? '') &&
      !files.has(path) &&
      !(isSegmentFile(name) && names.length === 3 && /^\d+$/.test(names[1] ?? ''))
    ) {
      findings.note('Files that neither a journal nor a record names', path);
    }
  }
}
