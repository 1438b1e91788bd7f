import * as zlib from 'node:zlib';
import type { Compression } from '../../pool/messages.ts';
import { loadZstd } from '../../zstd.ts';

/** Compresses a chunk as a gzip member or zstd frame of its own. */
export type Compress = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/** The fastest levels: an archive that cannot keep up with the stream is none. */
const ZSTD_LEVEL = 1;
const GZIP_LEVEL = zlib.constants.Z_BEST_SPEED;

/** Loads what `--compress` needs. */
export async function loadCompression(name: Compression): Promise<Compress> {
  switch (name) {
    case 'none':
      return (bytes) => bytes;
    case 'gzip':
      return (bytes) => zlib.gzipSync(bytes, { level: GZIP_LEVEL });
    case 'zstd': {
      // Node has it from 22.15 on, faster.
      const { zstdCompressSync } = zlib as { zstdCompressSync?: Compress };
      if (zstdCompressSync !== undefined) return zstdCompressSync;
      const { compress } = await loadZstd();
      return (bytes) => new Uint8Array(compress(bytes, ZSTD_LEVEL));
    }
  }
}
