import { loadZstd } from '../zstd.ts';

const MAGIC = 0xfd2fb528;
const MAGIC_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
/** No block holds more (RFC 8878). */
const BLOCK_BYTES = 128 * 1024;
/** A chunk of a segment is far smaller; what is larger was packed by somebody else. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;
const RLE = 1;

/**
 * Unpacks zstd where Node.js cannot (before 22.15), a frame at a time: segments are made of many, one a chunk. So memory goes with the
 * largest frame, not with the file.
 *
 * @throws Error where a frame is damaged, cut off or too large.
 */
export async function* unpackZstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { decompress } = await loadZstd();
  const unpack = (frame: Buffer, mostBytes: number): Buffer => {
    try {
      return Buffer.from(decompress(frame, { defaultHeapSize: mostBytes }).buffer);
    } catch (error) {
      throw new Error('a frame of it is damaged', { cause: error });
    }
  };
  let pending = Buffer.alloc(0);
  let wanted = 0;
  for await (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk]);
    // A large frame is not looked at anew with each piece of it.
    if (pending.length < wanted) continue;
    for (;;) {
      const frame = frameAt(pending);
      if ('wanted' in frame) {
        wanted = frame.wanted;
        break;
      }
      yield unpack(pending.subarray(0, frame.bytes), frame.mostBytes);
      pending = pending.subarray(frame.bytes);
    }
  }
  if (pending.length > 0) throw new Error('its last frame has no end');
}

/** The frame that begins here: its length and the most that it can hold; or how many bytes are needed to go on looking. */
function frameAt(bytes: Buffer): { bytes: number; mostBytes: number } | { wanted: number } {
  if (bytes.length <= MAGIC_BYTES) return { wanted: MAGIC_BYTES + 1 };
  if (bytes.readUInt32LE(0) !== MAGIC) throw new Error('it holds something that is no zstd frame');
  const descriptor = bytes[MAGIC_BYTES] as number;
  let at = MAGIC_BYTES + headerBytes(descriptor);
  let blocks = 0;
  for (;;) {
    if (bytes.length < at + BLOCK_HEADER_BYTES) return { wanted: at + BLOCK_HEADER_BYTES };
    const header = bytes.readUIntLE(at, BLOCK_HEADER_BYTES);
    const type = (header >> 1) & 3;
    at += BLOCK_HEADER_BYTES + (type === RLE ? 1 : header >> 3);
    blocks += 1;
    if (at > MAX_FRAME_BYTES || blocks * BLOCK_BYTES > MAX_FRAME_BYTES)
      throw new Error('a frame of it is too large to be unpacked here');
    if ((header & 1) === 1) break;
  }
  // The library would reserve whatever the header says.
  if (contentBytes(bytes, descriptor) > blocks * BLOCK_BYTES)
    throw new Error('a frame of it lies about its size');
  const hasChecksum = (descriptor & 4) !== 0;
  const end = at + (hasChecksum ? CHECKSUM_BYTES : 0);
  return bytes.length < end ? { wanted: end } : { bytes: end, mostBytes: blocks * BLOCK_BYTES };
}

const isSingle = (descriptor: number): boolean => (descriptor & 0x20) !== 0;
const sizeBytes = (descriptor: number): number =>
  [isSingle(descriptor) ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;

/** Descriptor, window, dictionary id and content size. */
function headerBytes(descriptor: number): number {
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  return 1 + (isSingle(descriptor) ? 0 : 1) + dictionaryBytes + sizeBytes(descriptor);
}

/** What a frame's header says of its content's size; 0: nothing. */
function contentBytes(frame: Buffer, descriptor: number): number {
  const at = MAGIC_BYTES + headerBytes(descriptor) - sizeBytes(descriptor);
  switch (sizeBytes(descriptor)) {
    case 1:
      return frame.readUInt8(at);
    case 2:
      return frame.readUInt16LE(at) + 256;
    case 4:
      return frame.readUInt32LE(at);
    case 8:
      return Number(frame.readBigUInt64LE(at));
    default:
      return 0;
  }
}
