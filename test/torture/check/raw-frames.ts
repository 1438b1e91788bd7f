import { crc32c } from './crc32c.ts';

const MAGIC = 'ANTRAW1\n';

/** The frames of a raw segment, each with its checksum checked; null where one is not whole. */
export function readRawFrames(bytes: Buffer): { offset: number; value: Buffer }[] | null {
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return null;
  const frames: { offset: number; value: Buffer }[] = [];
  for (let at = MAGIC.length; at < bytes.byteLength; ) {
    if (bytes.byteLength - at < 4) return null;
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.byteLength) return null;
    const frame = bytes.subarray(at + 4, end);
    const body = frame.subarray(0, -4);
    if (crc32c(body) !== frame.readUInt32LE(body.byteLength).toString(16).padStart(8, '0')) return null;
    frames.push({ offset: Number(body.readBigInt64LE(0)), value: valueOf(body) });
    at = end;
  }
  return frames;
}

function valueOf(body: Buffer): Buffer {
  const keyBytes = Math.max(0, body.readInt32LE(16));
  const valueBytes = Math.max(0, body.readInt32LE(20));
  let at = 28;
  for (let header = body.readUInt32LE(24); header > 0; header--) {
    at += 4 + body.readUInt32LE(at);
    at += 4 + Math.max(0, body.readInt32LE(at));
  }
  return body.subarray(at + keyBytes, at + keyBytes + valueBytes);
}
