import { closeSync, openSync, readSync } from 'node:fs';
import { Crc32c } from '../checksum.ts';
import { messageOf } from '../errors.ts';
import type { Findings } from './findings.ts';

/** One for all: files are read one after the other. */
const chunk = Buffer.allocUnsafe(256 * 1024);

/** What tells one content of a file from another. */
export interface FileSums {
  readonly bytes: number;
  readonly crc32c: string;
}

/** The sums of a file; null: it is not there; undefined: it cannot be read, and that is told. @param where what is told begins with. */
export function findSums(path: string, where: string, findings: Findings): FileSums | null | undefined {
  try {
    return fileSums(path);
  } catch (error) {
    findings.fault('torn', `${where}: it cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

/** Size and CRC32C of a file, read in pieces; null: it is not there. @throws Error where it cannot be read. */
export function fileSums(path: string): FileSums | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  try {
    const crc = new Crc32c();
    let bytes = 0;
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      crc.add(chunk.subarray(0, read));
      bytes += read;
    }
    return { bytes, crc32c: String(crc) };
  } finally {
    closeSync(file);
  }
}
