import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Crc32c } from '../checksum.ts';
import { messageOf } from '../errors.ts';
import { AvroContainer } from './avro-container.ts';
import { FrameSplitter } from './frames.ts';
import { isJson, LineSplitter } from './lines.ts';
import { parquetRows } from './parquet-rows.ts';
import { unpackerFor } from './unpacker.ts';

/** Bytes that are read at once. */
const CHUNK_BYTES = 1024 * 1024;

/** What stands in a segment's file. */
export interface SegmentData {
  readonly bytes: number;
  readonly crc32c: string;
  /** Whole alerts or frames. */
  readonly items: number;
  /** The first thing that is wrong with them. */
  readonly problem: string | null;
}

/**
 * Reads a segment's file once, from its beginning to its end, in pieces.
 *
 * @param name the segment's, which tells its kind; the file may still have another.
 * @param frameExpected the offset of a raw segment's next frame; asked once a frame.
 * @throws Error where the file cannot be read.
 */
export async function readSegmentData(
  path: string,
  name: string,
  frameExpected: () => number | null,
): Promise<SegmentData> {
  const unpack = unpackerFor(name);
  const items = itemsOf(name, frameExpected);
  const crc = new Crc32c();
  let bytes = 0;
  let problem: string | null = null;
  const measure = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      crc.add(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  const take = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      problem ??= items?.take(chunk) ?? null;
    }
    problem ??= items?.end() ?? null;
  };
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  try {
    if (unpack === null) await pipeline(file, measure, take);
    else await pipeline(file, measure, unpack, take);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    problem ??= `it cannot be unpacked: ${messageOf(error)}`;
  }
  if (name.endsWith('.parquet')) {
    const footer = await parquetRows(path);
    return { bytes, crc32c: String(crc), items: footer.rows, problem: footer.problem };
  }
  return { bytes, crc32c: String(crc), items: items?.count ?? 0, problem };
}

/** What reads the alerts of one kind of file. */
interface Items {
  readonly count: number;
  /** @returns what is wrong. */
  take(chunk: Buffer): string | null;
  end(): string | null;
}

function itemsOf(name: string, frameExpected: () => number | null): Items | null {
  if (name.endsWith('.avro')) return new AvroContainer();
  // Its footer is read by itself.
  if (name.endsWith('.parquet')) return null;
  return name.includes('.raw') ? new Frames(frameExpected) : new Lines();
}

class Lines {
  count = 0;
  #problem: string | null = null;
  readonly #lines = new LineSplitter((line) => {
    this.count += 1;
    if (!isJson(line.toString())) this.#problem ??= `line ${this.count} is not JSON`;
  });

  take(chunk: Buffer): string | null {
    return attempt(() => {
      this.#lines.take(chunk);
      return this.#problem;
    });
  }

  end(): string | null {
    return this.#lines.rest().length > 0 ? 'its last line has no end' : null;
  }
}

class Frames {
  count = 0;
  #problem: string | null = null;
  readonly #frames: FrameSplitter;

  constructor(expected: () => number | null) {
    this.#frames = new FrameSplitter(({ offset }) => {
      this.count += 1;
      const wanted = expected();
      if (offset !== wanted)
        this.#problem ??= `frame ${this.count} is of offset ${offset}, not ${wanted ?? 'one that the record covers'}`;
    });
  }

  take(chunk: Buffer): string | null {
    return attempt(() => {
      this.#frames.take(chunk);
      return this.#problem;
    });
  }

  end(): string | null {
    if (!this.#frames.begun) return 'it does not begin as a raw segment does';
    return this.#frames.rest > 0 ? 'its last frame has no end' : null;
  }
}

function attempt(read: () => string | null): string | null {
  try {
    return read();
  } catch (error) {
    return messageOf(error);
  }
}
