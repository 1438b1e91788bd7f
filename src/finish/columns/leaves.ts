import type { AvroBytes } from './avro-bytes.ts';
import { LongBounds, NumberBounds, TextBounds } from './bounds.ts';
import { below, type Place } from './column.ts';
import { GrowingNumbers } from './growing.ts';
import { Leaf, type LeafType, type Meaning } from './leaf.ts';

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

export class BooleanColumn extends Leaf {
  readonly bounds = null;
  readonly #bits = new GrowingNumbers(new Uint8Array(64));
  #length = 0;

  constructor(place: Place) {
    super(place, { type: 'BOOLEAN' });
  }

  protected get valueBytes(): number {
    return this.#bits.length;
  }
  takeValues(): Uint8Array {
    this.#length = 0;
    return this.#bits.take();
  }
  protected put(from: AvroBytes): void {
    const at = this.#length++;
    if ((at & 7) === 0) this.#bits.push(0);
    const { values } = this.#bits;
    if (from.bytes[from.at++] === 1) values[at >> 3] = (values[at >> 3] as number) | (1 << (at & 7));
  }
}

/** Numbers of one kind. */
abstract class Numbers<T extends Float32Array | Float64Array | Int32Array> extends Leaf {
  readonly bounds = new NumberBounds();
  protected readonly values: GrowingNumbers<T>;

  constructor(place: Place, type: LeafType, values: T) {
    super(place, type);
    this.values = new GrowingNumbers(values);
  }

  protected get valueBytes(): number {
    return this.values.length * this.values.values.BYTES_PER_ELEMENT;
  }
  takeValues(): Uint8Array {
    const values = this.values.take();
    this.bounds.add(values);
    return bytesOf(values);
  }
}

/** 32-bit integers, and what is counted in them. */
export class IntColumn extends Numbers<Int32Array> {
  constructor(place: Place, meaning: Meaning = {}) {
    super(place, { ...meaning, type: 'INT32' }, new Int32Array(64));
  }

  protected put(from: AvroBytes): void {
    this.values.push(from.int());
  }
}

/** 64-bit integers, and what is counted in them, in two halves. */
export class LongColumn extends Leaf {
  readonly bounds = new LongBounds();
  readonly #halves = new GrowingNumbers(new Int32Array(128));

  constructor(place: Place, meaning: Meaning = {}) {
    super(place, { ...meaning, type: 'INT64' });
  }

  protected get valueBytes(): number {
    return 4 * this.#halves.length;
  }
  takeValues(): Uint8Array {
    const halves = this.#halves.take();
    this.bounds.add(halves);
    return bytesOf(halves);
  }
  protected put(from: AvroBytes): void {
    from.long();
    this.#halves.push(from.low);
    this.#halves.push(from.high);
  }
}

export class FloatColumn extends Numbers<Float32Array> {
  constructor(place: Place) {
    super(place, { type: 'FLOAT' }, new Float32Array(64));
  }

  protected put(from: AvroBytes): void {
    this.values.push(from.view.getFloat32(from.at, true));
    from.at += 4;
  }
}

export class DoubleColumn extends Numbers<Float64Array> {
  constructor(place: Place) {
    super(place, { type: 'DOUBLE' }, new Float64Array(64));
  }

  protected put(from: AvroBytes): void {
    this.values.push(from.view.getFloat64(from.at, true));
    from.at += 8;
  }
}

/** Values of any length, each with its own (32 bits, little-endian) in front. */
abstract class Stretches extends Leaf {
  readonly #bytes = new GrowingNumbers<Uint8Array>(new Uint8Array(1_024));
  readonly bounds: TextBounds | null;

  constructor(place: Place, isText: boolean) {
    super(place, isText ? TEXT : { type: 'BYTE_ARRAY' });
    this.bounds = isText ? new TextBounds() : null;
  }

  protected get valueBytes(): number {
    return this.#bytes.length;
  }
  takeValues(): Uint8Array {
    const bytes = this.#bytes.take();
    this.bounds?.add(bytes);
    return bytes;
  }

  protected room(count: number): Buffer {
    const at = this.#bytes.extend(4 + count);
    const { values } = this.#bytes;
    values[at] = count;
    values[at + 1] = count >>> 8;
    values[at + 2] = count >>> 16;
    values[at + 3] = count >>> 24;
    return Buffer.from(values.buffer, at + 4, count);
  }

  protected copy(from: AvroBytes, count: number): void {
    from.bytes.copy(this.room(count), 0, from.at, from.at + count);
    from.at += count;
  }
}

/** Old readers know the one, new ones the other. */
const TEXT: LeafType = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };

/** `string` and `bytes`. */
export class StretchColumn extends Stretches {
  protected put(from: AvroBytes): void {
    const count = from.int();
    this.copy(from, count);
  }
}

/** `fixed`. */
export class FixedColumn extends Stretches {
  readonly #size: number;

  constructor(place: Place, size: number) {
    super(place, false);
    this.#size = size;
  }

  protected put(from: AvroBytes): void {
    this.copy(from, this.#size);
  }
}

/** What comes out as text. */
export class TextColumn extends Stretches {
  readonly #textOf: (from: AvroBytes) => string;

  constructor(place: Place, textOf: (from: AvroBytes) => string) {
    super(place, true);
    this.#textOf = textOf;
  }

  protected put(from: AvroBytes): void {
    const text = this.#textOf(from);
    this.room(Buffer.byteLength(text)).write(text);
  }
}

/** A column in which nothing ever stands. Marked so, it takes any other type where files are read together, a struct's in PyArrow too. */
export class NullColumn extends IntColumn {
  readonly #definition: number;

  constructor(place: Place) {
    super(below(place, true), { logical_type: { type: 'NULL' } });
    this.#definition = place.definition;
  }

  override read(_from: AvroBytes, repetition: number): void {
    this.skip(repetition, this.#definition);
  }
}
