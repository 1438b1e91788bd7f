import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';
import { putLong, putText } from '../datum/encode.ts';
import type { DatumForm } from '../datum/form.ts';
import type { Message } from '../message.ts';
import type { Compression } from '../../pool/messages.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { loadCompression, type Compress } from './compress.ts';
import { looseHead, LooseRecords, onceEach } from './loose-records.ts';
import { Growing, type SegmentEncoder, type TakenBytes } from './segment-encoder.ts';

const SYNC_BYTES = 16;

/** The container's names of `--compress`. */
const codecs = { none: 'null', gzip: 'deflate', zstd: 'zstandard' } as const;

/** How blocks of a container are compressed. */
export interface Codec {
  readonly name: (typeof codecs)[Compression];
  readonly compress: Compress;
}

export async function loadCodec(compression: Compression): Promise<Codec> {
  const deflate: Compress = (bytes) => zlib.deflateRawSync(bytes, { level: zlib.constants.Z_BEST_SPEED });
  const compress = compression === 'gzip' ? deflate : await loadCompression(compression);
  return { name: codecs[compression], compress };
}

/**
 * What a container begins with. Its sync marker follows from the schema, so that whoever makes blocks for it needs to know nothing else of it.
 */
export function containerHead(schemaText: string, codec: Codec): Uint8Array {
  const out = new Growing();
  out.append(Buffer.from('Obj\x01'));
  putLong(out, 2n);
  putText(out, 'avro.schema');
  putText(out, schemaText);
  putText(out, 'avro.codec');
  putText(out, codec.name);
  putLong(out, 0n);
  out.append(createHash('sha256').update(schemaText).digest().subarray(0, SYNC_BYTES));
  return out.take();
}

/** What files begin with that hold alerts of a form; made once each. */
export function avroHeads(codec: Codec): (form: DatumForm) => Uint8Array {
  return onceEach((form) => (form.kind === 'avro' ? containerHead(form.schemaText, codec) : looseHead(form)));
}

/** Some records as a block of the container that begins with this head. */
export function containerBlock(
  records: number,
  bytes: Uint8Array<ArrayBuffer>,
  head: Uint8Array,
  codec: Codec,
  memory: ChunkMemory | null = null,
): Uint8Array<ArrayBuffer> {
  const data = codec.compress(bytes);
  const out = new Growing(memory);
  putLong(out, BigInt(records));
  putLong(out, BigInt(data.length));
  out.append(data);
  out.append(head.subarray(head.length - SYNC_BYTES));
  return out.take();
}

/**
 * Blocks of Avro containers, with records as they came. Alerts without a schema wait as loose records until the segment
 * is whole.
 */
export class AvroBlocks implements SegmentEncoder {
  readonly #codec: Codec;
  readonly #memory: ChunkMemory;
  readonly #records: Growing;
  readonly #loose: LooseRecords;
  readonly headOf: (form: DatumForm) => Uint8Array;
  /** Where each record of the block begins. */
  #starts: number[] = [];
  #head: Uint8Array | null = null;

  /** @param headOf {@link avroHeads} */
  constructor(codec: Codec, headOf: (form: DatumForm) => Uint8Array, memory: ChunkMemory) {
    this.#codec = codec;
    this.#memory = memory;
    this.#records = new Growing(memory);
    this.#loose = new LooseRecords(headOf, memory);
    this.headOf = headOf;
  }

  /** A byte more for each record of a block: there are some without any, which count too. */
  get length(): number {
    return this.#records.length + this.#starts.length + this.#loose.length;
  }

  add(message: Message, bytes: Uint8Array, form: DatumForm): void {
    if (form.kind === 'values') {
      this.#loose.add(message, bytes);
      return;
    }
    this.#head = this.headOf(form);
    this.#starts.push(this.#records.length);
    this.#records.append(bytes);
  }

  truncate(length: number): void {
    // Only one of the two ever holds something.
    this.#loose.truncate(Math.min(length, this.#loose.length));
    while (this.#records.length + this.#starts.length > length)
      this.#records.length = this.#starts.pop() ?? 0;
  }

  take(): TakenBytes {
    if (this.#loose.length > 0) return this.#loose.take();
    const records = this.#starts.length;
    this.#starts = [];
    const bytes = this.#records.take();
    const block = containerBlock(records, bytes, this.#head ?? new Uint8Array(0), this.#codec, this.#memory);
    this.#memory.giveBack(bytes.buffer);
    return { bytes: block, checksum: null };
  }
}
