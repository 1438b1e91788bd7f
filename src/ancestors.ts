import { dirname } from 'node:path';

/**
 * A folder and all that it is in, up to the output folder: their entries must be on the disk before what lies in it can be found again.
 * Whoever made them may not have synced them yet: another worker, another process, one that was killed.
 */
export function ancestors(folder: string, outputDir: string): string[] {
  const found: string[] = [];
  for (let at = folder; at.length >= outputDir.length; at = dirname(at)) found.push(at);
  return found;
}
