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
const TOO_LARGE = 'a frame of it is too large to be unpacked here';

/**
 * Unpacks zstd, a frame at a time: segments are made of many, one a chunk. So memory goes with the largest frame, not with the file.
 * Node.js's own, from 22.15 on, ends with the first frame of a chunk and says nothing of the others (seen in 24.21).
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
  const pieces = new Pieces(chunks);
  try {
    while (await pieces.hasMore()) {
      const { bytes, mostBytes } = await nextFrame(pieces);
      yield unpack(bytes, mostBytes);
    }
  } finally {
    await pieces.close();
  }
}

/** @returns the frame as it stands there, and the most that it can hold. */
async function nextFrame(pieces: Pieces): Promise<{ bytes: Buffer; mostBytes: number }> {
  const parts: Buffer[] = [];
  let length = 0;
  const take = async (bytes: number): Promise<Buffer> => {
    length += bytes;
    if (length > MAX_FRAME_BYTES) throw new Error(TOO_LARGE);
    const part = await pieces.take(bytes);
    parts.push(part);
    return part;
  };
  if ((await take(MAGIC_BYTES)).readUInt32LE(0) !== MAGIC)
    throw new Error('it holds something that is no zstd frame');
  const descriptor = (await take(1)).readUInt8(0);
  const header = await take(headerBytes(descriptor));
  let mostBytes = 0;
  for (let isLast = false; !isLast; ) {
    const block = (await take(BLOCK_HEADER_BYTES)).readUIntLE(0, BLOCK_HEADER_BYTES);
    isLast = (block & 1) === 1;
    mostBytes += BLOCK_BYTES;
    if (mostBytes > MAX_FRAME_BYTES) throw new Error(TOO_LARGE);
    await take(((block >> 1) & 3) === RLE ? 1 : block >> 3);
  }
  // The library would reserve whatever the header says.
  if (contentBytes(header, descriptor) > mostBytes) throw new Error('a frame of it lies about its size');
  const hasChecksum = (descriptor & 4) !== 0;
  await take(hasChecksum ? CHECKSUM_BYTES : 0);
  return { bytes: Buffer.concat(parts), mostBytes };
}

/** Takes as many bytes as are wanted from chunks, however these are cut. */
class Pieces {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Whether anything is left. */
  async hasMore(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value;
    }
    return true;
  }

  /** @throws Error where there are not so many. */
  async take(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let wanted = bytes; wanted > 0; ) {
      if (!(await this.hasMore())) throw new Error('its last frame has no end');
      const part = this.#rest.subarray(0, wanted);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      wanted -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Lets go of what gives the chunks. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

const isSingle = (descriptor: number): boolean => (descriptor & 0x20) !== 0;
const sizeBytes = (descriptor: number): number =>
  [isSingle(descriptor) ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;

/** Window, dictionary id and content size. */
function headerBytes(descriptor: number): number {
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  return (isSingle(descriptor) ? 0 : 1) + dictionaryBytes + sizeBytes(descriptor);
}

/** What a frame's header says of its content's size; 0: nothing. */
function contentBytes(header: Buffer, descriptor: number): number {
  const at = header.length - sizeBytes(descriptor);
  switch (sizeBytes(descriptor)) {
    case 1:
      return header.readUInt8(at);
    case 2:
      return header.readUInt16LE(at) + 256;
    case 4:
      return header.readUInt32LE(at);
    case 8:
      return Number(header.readBigUInt64LE(at));
    default:
      return 0;
  }
}
