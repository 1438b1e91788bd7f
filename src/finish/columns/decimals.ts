import { type Data, Decimal, makeData, Uint64 } from 'apache-arrow';
import type { AvroBytes } from './avro-bytes.ts';
import type { Column } from './column.ts';
import { Validity } from './growing.ts';

/** Integers of Avro's `decimal`: with a scale, or unsigned of 64 bits. */
export class DecimalColumn implements Column {
  readonly type: Decimal | Uint64;
  readonly nullable: boolean;
  readonly #size: number | null;
  readonly #validity = new Validity();
  #values: bigint[] = [];

  /** @param size of a `fixed`; null: it has its length in front. */
  constructor(
    nullable: boolean,
    size: number | null,
    form: { precision: number; scale: number } | 'unsigned',
  ) {
    this.nullable = nullable;
    this.#size = size;
    this.type = form === 'unsigned' ? new Uint64() : new Decimal(form.scale, form.precision, 128);
  }

  get length(): number {
    return this.#values.length;
  }

  read(from: AvroBytes): void {
    const size = this.#size ?? from.int();
    const hex = from.bytes.toString('hex', from.at, from.at + size);
    from.at += size;
    this.#validity.add(true);
    this.#values.push(size === 0 ? 0n : BigInt.asIntN(8 * size, BigInt(`0x${hex}`)));
  }

  skip(): void {
    this.#validity.add(!this.nullable);
    this.#values.push(0n);
  }

  take(): Data {
    const values = this.#values;
    this.#values = [];
    const length = values.length;
    if (this.type instanceof Uint64) {
      const data = BigUint64Array.from(values);
      return makeData({ type: this.type, length, data, ...this.#validity.take() });
    }
    const words = new BigUint64Array(2 * length);
    values.forEach((value, i) => {
      words[2 * i] = BigInt.asUintN(64, value);
      words[2 * i + 1] = BigInt.asUintN(64, value >> 64n);
    });
    const data = new Uint32Array(words.buffer);
    return makeData({ type: this.type, length, data, ...this.#validity.take() });
  }
}
