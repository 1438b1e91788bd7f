import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { lastToldBy } from './line.ts';

/** The offset behind the highest one that a journal tells of; 0: it tells of none, or is not there. */
export async function journalEnd(path: string): Promise<number> {
  let end = 0;
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) end = Math.max(end, (lastToldBy(line) ?? -1) + 1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return end;
}
