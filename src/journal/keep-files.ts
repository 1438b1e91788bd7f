import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ancestors } from '../ancestors.ts';
import { crc32c } from '../checksum.ts';
import { syncFolder } from '../segment/durable.ts';
import type { AlertLine } from './parse.ts';

/** Files that are open at once. */
const AT_ONCE = 16;

/**
 * Looks whether files are as lines of a journal tell: a power cut may have taken what was told of them. Those that are, are made durable with their
 * names, for nobody reads their messages again.
 *
 * @param lines in offset order.
 * @param sync false: the page cache is all that was asked for.
 * @returns the first line whose file is not there, or is another; null: all are.
 */
export async function keepFiles(
  dir: string,
  lines: readonly AlertLine[],
  sync: boolean,
): Promise<AlertLine | null> {
  const folders = new Set<string>();
  for (let i = 0; i < lines.length; i += AT_ONCE) {
    const some = lines.slice(i, i + AT_ONCE);
    const kept = await Promise.all(some.map((line) => keep(join(dir, line.path), line, sync)));
    const missing = kept.indexOf(false);
    if (missing >= 0) return some[missing] ?? null;
    for (const { path } of some)
      for (const folder of ancestors(dirname(join(dir, path)), dir)) folders.add(folder);
  }
  if (sync) for (const folder of folders) await syncFolder(folder);
  return null;
}

async function keep(path: string, line: AlertLine, sync: boolean): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const content = await file.readFile();
      if (content.byteLength !== line.bytes || crc32c(content) !== line.crc32c) return false;
      if (sync) await file.sync();
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
