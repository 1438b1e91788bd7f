import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import { prepareOutput } from '../output.ts';
import { type Finding, fault, faultOf, ok, skipped, warning } from './finding.ts';

const GB = 1e9;
/** A minute of LSST at full rate is some gigabytes. */
const LITTLE_BYTES = 10 * GB;
const NO_BYTES = 0.1 * GB;
/** One file an alert, in a night of ten thousands. */
const LITTLE_INODES = 100_000;
const NO_INODES = 1_000;

/** Whether the output folder takes files, and how many more. A folder that is not there yet is not made. */
export async function examineFolder({ dir, form }: Config['output']): Promise<Finding[]> {
  if (dir === null)
    return [skipped('Output folder', 'none was given (--output-dir): alerts would only be logged')];
  const existing = await firstExisting(dir);
  try {
    if (existing === dir) await prepareOutput(dir, form);
    else await access(existing, constants.W_OK);
  } catch (error) {
    return [
      existing === dir
        ? faultOf('Output folder', error)
        : fault(
            'Output folder',
            `${dir} cannot be made in ${existing} (${messageOf(error)})`,
            'give another --output-dir, or make that one writable',
          ),
    ];
  }
  const text = existing === dir ? `${dir} takes files` : `${dir} will be made in ${existing}`;
  return [ok('Output folder', text), ...(await examineSpace(existing, form))];
}

async function examineSpace(dir: string, form: Config['output']['form']): Promise<Finding[]> {
  const { bavail, bsize, ffree, files } = await statfs(dir);
  const freeBytes = bavail * bsize;
  const space = `${(freeBytes / GB).toFixed(1)} GB free`;
  const more = 'make room, or give an --output-dir on another disk';
  const findings = [
    freeBytes < NO_BYTES
      ? fault('Free space', space, more)
      : freeBytes < LITTLE_BYTES
        ? warning('Free space', space, more)
        : ok('Free space', space),
  ];
  // Some file systems make them as they need them, and say 0 of 0.
  if (files === 0) return findings;
  const inodes = `${ffree} more files fit`;
  const fewer = form === 'json' ? 'make room, or save segments: --output ndjson' : more;
  const needed = form === 'json' ? LITTLE_INODES : NO_INODES;
  findings.push(
    ffree < NO_INODES
      ? fault('Inodes', inodes, fewer)
      : ffree < needed
        ? warning('Inodes', inodes, fewer)
        : ok('Inodes', inodes),
  );
  return findings;
}

async function firstExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found !== null || dirname(at) === at) return at;
  }
}
