import type { AvroBytes } from './avro-bytes.ts';
import type { Place } from './column.ts';
import { GrowingNumbers } from './growing.ts';
import { Leaf, type LeafType } from './leaf.ts';
import type { Levels } from './levels.ts';
import { Step } from './step.ts';

/** Big-endian, as Parquet has them in bytes. */
const DECIMAL_BYTES = 16;
const UNSIGNED_BYTES = 8;

/** Integers of Avro's `decimal`, which has them big-endian in as many bytes as it likes: with a scale, or unsigned of 64 bits. */
export class DecimalColumn extends Leaf {
  readonly bounds = null;
  readonly #size: number | null;
  readonly #isUnsigned: boolean;
  readonly #bytes = new GrowingNumbers(new Uint8Array(256));

  /** @param size of a `fixed`; null: it has its length in front. */
  constructor(place: Place, size: number | null, form: { precision: number; scale: number } | 'unsigned') {
    super(place, form === 'unsigned' ? UNSIGNED : decimal(form));
    this.#size = size;
    this.#isUnsigned = form === 'unsigned';
  }

  protected get valueBytes(): number {
    return this.#bytes.length;
  }

  takeValues(): Uint8Array {
    return this.#bytes.take();
  }

  protected stepOf(levels: Levels, definition: number): Step {
    return Step.other(levels, definition, (from) => {
      this.#put(from);
    });
  }

  #put(from: AvroBytes): void {
    const size = this.#size ?? from.int();
    const start = from.at;
    from.at += size;
    const width = this.#isUnsigned ? UNSIGNED_BYTES : DECIMAL_BYTES;
    const at = this.#bytes.extend(width);
    const { values } = this.#bytes;
    const sign = size > 0 && (from.bytes[start] as number) >= 0x80 ? 0xff : 0;
    for (let place = 0; place < width; place++) {
      const byte = place < size ? (from.bytes[start + size - 1 - place] as number) : sign;
      values[this.#isUnsigned ? at + place : at + width - 1 - place] = byte;
    }
  }
}

const UNSIGNED: LeafType = { type: 'INT64', converted_type: 'UINT_64' };

function decimal({ precision, scale }: { precision: number; scale: number }): LeafType {
  return {
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: DECIMAL_BYTES,
    converted_type: 'DECIMAL',
    logical_type: { type: 'DECIMAL', precision, scale },
    precision,
    scale,
  };
}
