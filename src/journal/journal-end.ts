import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { lastToldBy, tellsOfFile } from './line.ts';

/**
 * The offset behind the highest one that a journal tells of; 0: it tells of none, or is not there.
 *
 * @param what files: only those count that gave a file.
 */
export async function journalEnd(path: string, what: 'all' | 'files' = 'all'): Promise<number> {
  let end = 0;
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines)
      if (what === 'all' || tellsOfFile(line)) end = Math.max(end, (lastToldBy(line) ?? -1) + 1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return end;
}
