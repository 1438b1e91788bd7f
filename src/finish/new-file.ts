import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { Crc32c } from '../checksum.ts';

/** A file that grows at its end, with its checksum. */
export class NewFile {
  readonly #descriptor: number;
  #crc = new Crc32c();
  #bytes = 0;

  /** Throws away what is there. @throws the system's error, here and below. */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'w');
  }

  get bytes(): number {
    return this.#bytes;
  }

  get crc32c(): string {
    return String(this.#crc);
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; )
      at += writeSync(this.#descriptor, bytes, at, bytes.byteLength - at, this.#bytes + at);
    this.#crc.add(bytes);
    this.#bytes += bytes.byteLength;
  }

  /** Begins anew. */
  empty(): void {
    ftruncateSync(this.#descriptor);
    this.#crc = new Crc32c();
    this.#bytes = 0;
  }

  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
