import type { Message } from '../message.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import type { Compress } from './compress.ts';
import { Growing, type SegmentEncoder, type TakenBytes } from './segment-encoder.ts';

const NEW_LINE = 0x0a;

/**
 * One alert a line. A compressed segment is a run of gzip members or zstd frames, one a chunk, which every tool reads as one
 * file: so workers compress side by side.
 */
export class Ndjson implements SegmentEncoder {
  readonly #lines: Growing;
  readonly #compress: Compress;
  readonly #memory: ChunkMemory;

  constructor(compress: Compress, memory: ChunkMemory) {
    this.#lines = new Growing(memory);
    this.#compress = compress;
    this.#memory = memory;
  }

  get length(): number {
    return this.#lines.length;
  }

  add(_message: Message, bytes: Uint8Array): void {
    const line = this.#lines.extend(bytes.length + 1);
    line.set(bytes);
    line[bytes.length] = NEW_LINE;
  }

  truncate(length: number): void {
    this.#lines.length = length;
  }

  take(): TakenBytes {
    const lines = this.#lines.take();
    const compressed = this.#compress(lines);
    if (compressed !== lines) this.#memory.giveBack(lines.buffer);
    return { bytes: compressed, checksum: null };
  }
}
