import { statSync } from 'node:fs';
import { ClientError, messageOf } from '../errors.ts';
import { AlertFiles } from './alert-files.ts';
import { checkContinuity } from './continuity.ts';
import { readDeadLetters } from './dead-letters.ts';
import { Findings } from './findings.ts';
import { readJournals } from './journals.ts';
import { requireOutputFolder } from './output-folder.ts';
import { type Partition, Partitions } from './partitions.ts';
import { readRedone } from './redone.ts';
import { readSegments } from './segments.ts';
import { noteStrangers } from './strangers.ts';

/** What was found in an output folder. */
export interface Verified {
  readonly partitions: readonly Partition[];
  readonly findings: Findings;
}

/**
 * Reads an output folder of any kind from its first byte to its last (docs/output-folder.md). It changes nothing.
 *
 * @throws ClientError USAGE where there is no such folder, or it is no output folder; OUTPUT where what is in it cannot be listed.
 */
export async function verifyFolder(dir: string): Promise<Verified> {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ClientError('USAGE', `There is no folder ${dir} to verify.`);
  try {
    return await verifyAll(dir);
  } catch (error) {
    // A folder that cannot be listed; files that cannot be read are among what was found.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new ClientError('OUTPUT', `${dir} cannot be verified: ${messageOf(error)}.`, { cause: error });
  }
}

async function verifyAll(dir: string): Promise<Verified> {
  requireOutputFolder(dir);
  const findings = new Findings();
  const partitions = new Partitions();
  const files = new AlertFiles();
  const listed = await readSegments(dir, partitions, findings);
  await readJournals(dir, partitions, files, findings);
  readDeadLetters(dir, partitions, findings);
  readRedone(dir, partitions, findings);
  for (const partition of partitions.all()) checkContinuity(partition, findings);
  files.check(dir, findings);
  noteStrangers(dir, files, listed, findings);
  return { partitions: partitions.all(), findings };
}
