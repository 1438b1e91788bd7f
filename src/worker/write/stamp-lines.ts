import { posix } from 'node:path';
import { Crc32c } from '../../checksum.ts';
import type { ChunkStamps } from '../../pool/messages.ts';
import type { StampSums } from './sink.ts';

/** What a segment's list says of the stamps of a chunk. */
export class StampLines {
  #lines: string[] = [];
  #folders = new Set<string>();

  add(stamps: readonly StampSums[]): void {
    for (const stamp of stamps) {
      this.#lines.push(`${JSON.stringify(stamp)}\n`);
      this.#folders.add(posix.dirname(stamp.path));
    }
  }

  /** Gives the lines away, and begins anew. */
  take(): ChunkStamps | null {
    const images = this.#lines.length;
    if (images === 0) return null;
    const lines = new TextEncoder().encode(this.#lines.join(''));
    const folders = [...this.#folders];
    this.#lines = [];
    this.#folders = new Set();
    return { lines, checksum: new Crc32c().add(lines).value, images, folders };
  }
}
