import { gunzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { messageOf } from '../../errors.ts';
import { DecodeError, type DecodeErrorCode, limits } from './error.ts';

const CHUNK_BYTES = 128 * 1024;
const MIN_CHUNK_BYTES = 1024;
const CHUNK_RATIO = 16;
/** Python's Avro libraries make deflate of zlib, and leave three of the four bytes of its checksum behind it. */
const ADLER_BYTES = 4;

type Inflate = (bytes: Uint8Array, options: ZlibOptions) => Buffer;

/** A zlib stream (RFC 1950), whole and with nothing behind it. @throws DecodeError */
export function inflateZlib(bytes: Uint8Array): Buffer {
  return inflateWith(inflateSync, bytes, 'BAD_ZLIB');
}

/** A gzip stream (RFC 1952), of one or more members. @throws DecodeError */
export function inflateGzip(bytes: Uint8Array): Buffer {
  return inflateWith(gunzipSync, bytes, 'BAD_GZIP');
}

/**
 * A raw deflate stream (RFC 1951), as Avro containers have it; what is left of a zlib stream's checksum may follow.
 *
 * @param maxBytes how large it may become.
 * @throws DecodeError
 */
export function inflateRaw(bytes: Uint8Array, maxBytes: number): Buffer {
  const block = inflateWith(inflateRawSync, bytes, 'BAD_AVRO', ADLER_BYTES, maxBytes);
  // A piece of a chunk keeps the whole chunk in memory: too much for one block of many. A piece of Node.js's pool would keep that, 64 kB from version 24 on.
  if (2 * block.byteLength >= block.buffer.byteLength) return block;
  const own = Buffer.allocUnsafeSlow(block.byteLength);
  block.copy(own);
  return own;
}

function inflateWith(
  inflate: Inflate,
  bytes: Uint8Array,
  code: DecodeErrorCode,
  mayFollow = 0,
  maxBytes = limits.decompressedBytes,
): Buffer {
  const limit = Math.min(
    maxBytes,
    limits.decompressedFreeBytes + limits.decompressedRatio * bytes.byteLength,
  );
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    result = inflate(bytes, {
      // Zero would not be taken; a byte too many is noticed as one.
      maxOutputLength: Math.max(1, limit),
      // As large as most alerts become, so that they come out in one piece.
      chunkSize: Math.min(CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, CHUNK_RATIO * bytes.byteLength)),
      info: true,
    }) as unknown as typeof result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DecodeError('TOO_LARGE', `It decompresses to more than ${limit} bytes.`, error);
    }
    if ((error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') {
      throw new DecodeError('TRUNCATED', 'The compressed stream ends too early.', error);
    }
    throw new DecodeError(code, `The compressed stream is damaged: ${messageOf(error)}.`, error);
  }
  const behind = bytes.byteLength - result.engine.bytesWritten;
  if (behind > mayFollow)
    throw new DecodeError('TRAILING_BYTES', `${behind} bytes follow the compressed stream.`);
  return result.buffer;
}
