import { constants, gzipSync } from 'node:zlib';
import type { Compression } from '../../pool/messages.ts';
import { loadZstdCompressor } from '../../zstd.ts';

/** Compresses a chunk as a gzip member or zstd frame of its own, into memory of its own: it is given to another thread. */
export type Compress = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/** The fastest: an archive that cannot keep up with the stream is none. */
const GZIP_LEVEL = constants.Z_BEST_SPEED;

/** Loads what `--compress` needs. */
export async function loadCompression(name: Compression): Promise<Compress> {
  switch (name) {
    case 'none':
      return (bytes) => bytes;
    case 'gzip':
      // A copy: Node.js takes small results from a pool, which can be given to nobody (from version 21 on it throws).
      return (bytes) => new Uint8Array(gzipSync(bytes, { level: GZIP_LEVEL }));
    case 'zstd':
      return loadZstdCompressor();
  }
}
