import { isUtf8 } from 'node:buffer';

/**
 * UTF-8 bytes as a string; null where they are none. Works on shared memory, which TextDecoder refuses.
 */
export function utf8(bytes: Buffer, start: number, end: number): string | null {
  const text = bytes.toString('utf8', start, end);
  // Damage turns into U+FFFD; so does an honest U+FFFD, hence the second look. It wants memory of its own.
  if (text.includes('\ufffd') && !isUtf8(Buffer.from(bytes.subarray(start, end)))) return null;
  return text;
}
