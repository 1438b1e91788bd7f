import { isOwnFolder } from '../worker/name/escape.ts';
import type { AlertFiles } from './alert-files.ts';
import type { Findings } from './findings.ts';
import { isListedByNow } from './latecomers.ts';
import { filesBelow, isLayoutFile, isSegmentFile, isTemporary } from './tree.ts';

/**
 * Files that nothing tells of: hardly any of them is a fault, and somebody may wonder.
 *
 * @param listed files that records of layouts list, and stamps.
 */
export function noteStrangers(
  dir: string,
  files: AlertFiles,
  listed: ReadonlySet<string>,
  findings: Findings,
): void {
  const onGone = (path: string): void => {
    findings.fault('lost', `${path} is a link to something that is not there, so nobody knows what is in it`);
  };
  for (const path of filesBelow(dir, onGone)) {
    const names = path.split('/');
    const name = names.at(-1) ?? '';
    if (isTemporary(name)) {
      findings.note('Temporaries: the next run sweeps those of dead writers', path);
    } else if (
      !isOwnFolder(names[0] ?? '') &&
      !files.has(path) &&
      !listed.has(path) &&
      !(isSegmentFile(name) && names.length === 3 && /^\d+$/.test(names[1] ?? ''))
    ) {
      // Its record was there before it.
      if (isLayoutFile(name) && isListedByNow(dir, path)) continue;
      if (isLayoutFile(name))
        findings.fault('lost', `${path} is in no record, so nobody knows what it covers`);
      else findings.note('Files that neither a journal nor a record names', path);
    }
  }
}
