import * as zlib from 'node:zlib';
import type { Compression } from '../../pool/messages.ts';
import { loadZstd } from '../../zstd.ts';

/** Compresses a chunk as a gzip member or zstd frame of its own. */
export type Compress = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/** Node.js has it from 22.15 on, faster. */
type ZstdCompressSync = (
  bytes: Uint8Array<ArrayBuffer>,
  options: { params: Record<number, number> },
) => Uint8Array<ArrayBuffer>;

/** The fastest levels: an archive that cannot keep up with the stream is none. */
const ZSTD_LEVEL = 1;
/** What Node.js and zstd call `ZSTD_c_compressionLevel`. */
const ZSTD_LEVEL_PARAMETER = 100;
const GZIP_LEVEL = zlib.constants.Z_BEST_SPEED;

/** Loads what `--compress` needs. */
export async function loadCompression(name: Compression): Promise<Compress> {
  switch (name) {
    case 'none':
      return (bytes) => bytes;
    case 'gzip':
      return (bytes) => zlib.gzipSync(bytes, { level: GZIP_LEVEL });
    case 'zstd': {
      const { zstdCompressSync } = zlib as { zstdCompressSync?: ZstdCompressSync };
      if (zstdCompressSync !== undefined) {
        const options = { params: { [ZSTD_LEVEL_PARAMETER]: ZSTD_LEVEL } };
        return (bytes) => zstdCompressSync(bytes, options);
      }
      const { compress } = await loadZstd();
      return (bytes) => new Uint8Array(compress(bytes, ZSTD_LEVEL));
    }
  }
}
