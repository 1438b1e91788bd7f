import { gunzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { messageOf } from '../../errors.ts';
import { DecodeError, type DecodeErrorCode, limits } from './error.ts';

const CHUNK_BYTES = 128 * 1024;

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
 * A raw deflate stream (RFC 1951), as Avro containers have it.
 *
 * @param maxBytes how large it may become.
 * @throws DecodeError
 */
export function inflateRaw(bytes: Uint8Array, maxBytes: number): Buffer {
  return inflateWith(inflateRawSync, bytes, 'BAD_AVRO', maxBytes);
}

function inflateWith(
  inflate: Inflate,
  bytes: Uint8Array,
  code: DecodeErrorCode,
  maxBytes = limits.decompressedBytes,
): Buffer {
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    result = inflate(bytes, {
      // Zero would not be taken; a byte too many is noticed as one.
      maxOutputLength: Math.max(1, maxBytes),
      // As large as most alerts become, so that they come out in one piece.
      chunkSize: CHUNK_BYTES,
      info: true,
    }) as unknown as typeof result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DecodeError('TOO_LARGE', `It decompresses to more than ${maxBytes} bytes.`, error);
    }
    if ((error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR') {
      throw new DecodeError('TRUNCATED', 'The compressed stream ends too early.', error);
    }
    throw new DecodeError(code, `The compressed stream is damaged: ${messageOf(error)}.`, error);
  }
  const behind = bytes.byteLength - result.engine.bytesWritten;
  if (behind > 0) throw new DecodeError('TRAILING_BYTES', `${behind} bytes follow the compressed stream.`);
  return result.buffer;
}
