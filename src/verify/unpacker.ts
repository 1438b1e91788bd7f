import type { Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { unpackZstd } from './zstd-frames.ts';

/** What unpacks a file, by its name; null: nothing is packed. */
export function unpackerFor(
  name: string,
): Duplex | ((chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>) | null {
  if (name.endsWith('.gz')) return zlib.createGunzip();
  if (!name.endsWith('.zst')) return null;
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Duplex };
  // Node.js has it from 22.15 on.
  return createZstdDecompress?.() ?? unpackZstd;
}
