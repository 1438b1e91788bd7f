import type { DatumForm } from '../datum/form.ts';
import type { Message } from '../message.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { Growing, type SegmentEncoder, type TakenBytes } from './segment-encoder.ts';

const MAGIC = Buffer.from('ANTLOOSE');

/** What a file of loose records begins with: by which schema they are to be read. No schema: each is a tape. */
export function looseHead(form: DatumForm): Uint8Array {
  const schema = Buffer.from(form.kind === 'avro' ? form.schemaText : '');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(schema.length);
  return Buffer.concat([MAGIC, length, schema]);
}

/** The same, made once a form. */
export function looseHeads(): (form: DatumForm) => Uint8Array {
  return onceEach(looseHead);
}

/** Remembers what was made of each form. */
export function onceEach(make: (form: DatumForm) => Uint8Array): (form: DatumForm) => Uint8Array {
  const made = new WeakMap<DatumForm, Uint8Array>();
  return (form) => {
    let head = made.get(form);
    if (head === undefined) made.set(form, (head = make(form)));
    return head;
  };
}

/** The schema in a head, and how long the head is. @param read bytes of the file. */
export function readLooseHead(read: (at: number, count: number) => Buffer): {
  schemaText: string | null;
  bytes: number;
} {
  const length = read(MAGIC.length, 4).readUInt32LE();
  const start = MAGIC.length + 4;
  return { schemaText: length === 0 ? null : read(start, length).toString(), bytes: start + length };
}

/** Whether a file that begins so holds loose records. */
export function isLoose(head: Uint8Array): boolean {
  return Buffer.compare(head.subarray(0, MAGIC.length), MAGIC) === 0;
}

/**
 * Records of a segment that gets its form when it is whole, each with its length (uint32, little-endian) in front. No reader ever
 * sees them.
 */
export class LooseRecords implements SegmentEncoder {
  readonly #records: Growing;
  readonly headOf: (form: DatumForm) => Uint8Array;

  /** @param headOf {@link looseHeads} */
  constructor(headOf: (form: DatumForm) => Uint8Array, memory: ChunkMemory) {
    this.#records = new Growing(memory);
    this.headOf = headOf;
  }

  get length(): number {
    return this.#records.length;
  }

  add(_message: Message, bytes: Uint8Array): void {
    const room = this.#records.extend(4 + bytes.length);
    new DataView(room.buffer, room.byteOffset, 4).setUint32(0, bytes.length, true);
    room.set(bytes, 4);
  }

  truncate(length: number): void {
    this.#records.length = length;
  }

  take(): TakenBytes {
    return { bytes: this.#records.take(), checksum: null };
  }
}
