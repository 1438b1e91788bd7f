import type { AvroBytes } from './avro-bytes.ts';
import { LongBounds, NumberBounds, TextBounds } from './bounds.ts';
import { below, type Place } from './column.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { GrowingNumbers } from './growing.ts';
import { Leaf, type LeafType, type Meaning } from './leaf.ts';
import type { Levels } from './levels.ts';
import { type NumberKind, Step } from './step.ts';

const WORD_BYTES = 4;

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
  protected stepOf(levels: Levels, definition: number): Step {
    return Step.other(levels, definition, (from) => {
      this.#put(from);
    });
  }

  #put(from: AvroBytes): void {
    const at = this.#length++;
    if ((at & 7) === 0) this.#bits.push(0);
    const { values } = this.#bits;
    if (from.bytes[from.at++] === 1) values[at >> 3] = (values[at >> 3] as number) | (1 << (at & 7));
  }
}

const PARQUET_TYPES = { int: 'INT32', long: 'INT64', float: 'FLOAT', double: 'DOUBLE' } as const;

/** Numbers of one kind and what is counted in them, as words of 32 bits: of 64 bits the lower half is the first. */
export class NumberColumn extends Leaf {
  readonly bounds: NumberBounds | LongBounds;
  readonly #kind: NumberKind;
  readonly #words = new GrowingNumbers(new Int32Array(64));

  constructor(place: Place, kind: NumberKind, meaning: Meaning = {}) {
    super(place, { ...meaning, type: PARQUET_TYPES[kind] });
    this.#kind = kind;
    this.bounds = kind === 'long' ? new LongBounds() : new NumberBounds();
  }

  protected get valueBytes(): number {
    return this.#words.length * WORD_BYTES;
  }
  takeValues(): Uint8Array {
    const words = this.#words.take();
    const { bounds } = this;
    if (bounds instanceof LongBounds) bounds.add(words);
    else bounds.add(numbersIn(words, this.#kind));
    return bytesOf(words);
  }
  protected stepOf(levels: Levels, definition: number): Step {
    return Step.numbers(this.#kind, levels, definition, this.#words);
  }
}

function numbersIn(
  words: Int32Array<ArrayBuffer>,
  kind: NumberKind,
): Float32Array | Float64Array | Int32Array {
  const { buffer, byteOffset, length } = words;
  switch (kind) {
    case 'float':
      return new Float32Array(buffer, byteOffset, length);
    case 'double':
      return new Float64Array(buffer, byteOffset, length / 2);
    default:
      return words;
  }
}

/** Values of any length. */
abstract class Stretches extends Leaf {
  protected readonly stretches = new GrowingBytes(1_024);
  readonly bounds: TextBounds | null;

  constructor(place: Place, isText: boolean) {
    super(place, isText ? TEXT : { type: 'BYTE_ARRAY' });
    this.bounds = isText ? new TextBounds() : null;
  }

  protected get valueBytes(): number {
    return this.stretches.length;
  }
  takeValues(): Uint8Array {
    const bytes = this.stretches.take();
    this.bounds?.add(bytes);
    return bytes;
  }
}

/** Old readers know the one, new ones the other. */
const TEXT: LeafType = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };

/** `string` and `bytes`. */
export class StretchColumn extends Stretches {
  protected stepOf(levels: Levels, definition: number): Step {
    return Step.stretch(levels, definition, this.stretches);
  }
}

/** `fixed`. */
export class FixedColumn extends Stretches {
  readonly #size: number;

  constructor(place: Place, size: number) {
    super(place, false);
    this.#size = size;
  }

  protected stepOf(levels: Levels, definition: number): Step {
    return Step.other(levels, definition, (from) => {
      this.stretches.addStretch(from.bytes, from.at, this.#size);
      from.at += this.#size;
    });
  }
}

/** What comes out as text. */
export class TextColumn extends Stretches {
  readonly #textOf: (from: AvroBytes) => string;

  constructor(place: Place, textOf: (from: AvroBytes) => string) {
    super(place, true);
    this.#textOf = textOf;
  }

  protected stepOf(levels: Levels, definition: number): Step {
    return Step.other(levels, definition, (from) => {
      this.stretches.addText(this.#textOf(from));
    });
  }
}

/** A column in which nothing ever stands. Marked so, it takes any other type where files are read together, a struct's in PyArrow too. */
export class NullColumn extends NumberColumn {
  readonly #definition: number;

  constructor(place: Place) {
    super(below(place, true), 'int', { logical_type: { type: 'NULL' } });
    this.#definition = place.definition;
  }

  protected override stepOf(levels: Levels): Step {
    return Step.nothing(levels, this.#definition);
  }
}
