const MAGIC = 0xfd2fb528;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const SIZE_BYTES = [0, 2, 4, 8] as const;
const RLE = 1;

/**
 * The frames of a zstd file (RFC 8878), which holds one a chunk. The WebAssembly build unpacks only one at a time.
 *
 * @throws RangeError where it is not whole.
 */
export function* zstdFrames(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; ) {
    const end = endOfFrame(file, at);
    yield file.subarray(at, end);
    at = end;
  }
}

function endOfFrame(file: Buffer, start: number): number {
  if (file.readUInt32LE(start) !== MAGIC) throw new RangeError(`no zstd frame begins at byte ${start}`);
  const descriptor = file.readUInt8(start + 4);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  let at = start + 5 + (isSingle ? 0 : 1);
  at += DICTIONARY_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  at += sizeFlag === 0 && isSingle ? 1 : SIZE_BYTES[sizeFlag as 0 | 1 | 2 | 3];
  for (let isLast = false; !isLast; ) {
    const header = file.readUIntLE(at, 3);
    isLast = (header & 1) !== 0;
    at += 3 + (((header >> 1) & 3) === RLE ? 1 : header >> 3);
  }
  at += (descriptor & 0x04) === 0 ? 0 : 4;
  if (at > file.length) throw new RangeError('its last zstd frame has no end');
  return at;
}
