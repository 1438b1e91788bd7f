import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Crc32c } from '../checksum.ts';
import { readLooseHead } from '../worker/write/loose-records.ts';

const CHUNK_BYTES = 1024 * 1024;
const LENGTH_BYTES = 4;

/** A file of loose records, read in pieces; as often as one wants. */
export class LooseFile {
  /** The schema of its records; null: they are tapes. */
  readonly schemaText: string | null;
  readonly bytes: number;
  readonly #descriptor: number;
  readonly #crc32c: string;
  readonly #start: number;

  /** @param crc32c of the whole file. @throws Error, the system's or one that says that it is not what was written. */
  constructor(path: string, crc32c: string) {
    this.#descriptor = openLoose(path);
    this.#crc32c = crc32c;
    try {
      this.bytes = fstatSync(this.#descriptor).size;
      const { schemaText, bytes } = readLooseHead((at, count) => this.#read(at, count));
      this.schemaText = schemaText;
      this.#start = bytes;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Every record; each is valid until the next. */
  *records(): Generator<Uint8Array> {
    const crc = new Crc32c().add(this.#read(0, this.#start));
    // Used from the first chunk to the last: what begins in one and ends in the next moves to the front.
    let memory: Buffer = Buffer.allocUnsafe(2 * CHUNK_BYTES);
    let rest = 0;
    for (let at = this.#start; at < this.bytes; ) {
      const count = Math.min(CHUNK_BYTES, this.bytes - at);
      if (rest + count > memory.length) {
        const larger = Buffer.allocUnsafe(2 * (rest + count));
        memory.copy(larger, 0, 0, rest);
        memory = larger;
      }
      const chunk = memory.subarray(rest, rest + count);
      this.#fill(chunk, at);
      crc.add(chunk);
      at += count;
      const bytes = memory.subarray(0, rest + count);
      let next = 0;
      while (bytes.length - next >= LENGTH_BYTES) {
        const end = next + LENGTH_BYTES + bytes.readUInt32LE(next);
        if (end > bytes.length) break;
        yield bytes.subarray(next + LENGTH_BYTES, end);
        next = end;
      }
      bytes.copyWithin(0, next);
      rest = bytes.length - next;
    }
    if (rest > 0 || String(crc) !== this.#crc32c)
      throw new Error('the loose records of a segment are not what was written');
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #read(at: number, count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count);
    this.#fill(bytes, at);
    return bytes;
  }

  #fill(bytes: Buffer, at: number): void {
    for (let got = 0; got < bytes.length; ) {
      const more = readSync(this.#descriptor, bytes, got, bytes.length - got, at + got);
      if (more === 0) throw new Error('the loose records of a segment end too early');
      got += more;
    }
  }
}

function openLoose(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    // Descriptors come back; a file that is away does not.
    if (['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new Error(`${path} cannot be read`, { cause: error });
  }
}
