import type { Duplex } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unpackZstd } from './zstd-frames.ts';

/** What unpacks a file, by its name; null: nothing is packed. */
export function unpackerFor(
  name: string,
): Duplex | ((chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>) | null {
  if (name.endsWith('.gz')) return createGunzip();
  return name.endsWith('.zst') ? unpackZstd : null;
}
