import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes a folder's entries durable, for who waits for it. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
