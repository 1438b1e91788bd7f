import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** How fast the disk takes these bytes, in one file, without anything else: into the page cache, and to the end of an fsync. */
export function measureDisk(folder, bytes, times) {
  const path = join(folder, 'disk');
  const file = openSync(path, 'w');
  const start = performance.now();
  for (let i = 0; i < times; i++) writeSync(file, bytes);
  const written = performance.now();
  fsyncSync(file);
  const synced = performance.now();
  closeSync(file);
  rmSync(path);
  const rate = (ms) => (bytes.length * times) / 1e3 / ms;
  return { noneMBPerSecond: rate(written - start), diskMBPerSecond: rate(synced - start) };
}
