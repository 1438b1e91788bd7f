import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder's entries durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a folder with all that it is in.
 *
 * @returns the folders that got a new entry, and must be synced for the new one to be durable.
 */
export async function makeFolder(path: string): Promise<string[]> {
  const firstMade = await mkdir(path, { recursive: true });
  const changed: string[] = [];
  if (firstMade === undefined) return changed;
  for (let at = path; at.length >= firstMade.length; at = dirname(at)) changed.push(dirname(at));
  return changed;
}
