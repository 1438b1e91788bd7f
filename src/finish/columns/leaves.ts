import { Binary, Bool, type Data, type DataType, Float32, Float64, Int32, Int64, Utf8 } from 'apache-arrow';
import type { AvroBytes } from './avro-bytes.ts';
import type { Column } from './column.ts';
import { dataOf } from './data-of.ts';
import { GrowingNumbers, Validity } from './growing.ts';

/** Values of one size each, or none: what all leaves have in common. */
abstract class Leaf implements Column {
  readonly nullable: boolean;
  abstract readonly type: DataType;
  protected readonly validity: Validity = new Validity();

  constructor(nullable: boolean) {
    this.nullable = nullable;
  }

  get length(): number {
    return this.validity.length;
  }

  read(from: AvroBytes): void {
    this.validity.add(true);
    this.put(from);
  }

  skip(): void {
    this.validity.add(!this.nullable);
    this.putNothing();
  }

  abstract take(): Data;
  protected abstract put(from: AvroBytes): void;
  protected abstract putNothing(): void;
}

export class BooleanColumn extends Leaf {
  readonly type: Bool = new Bool();
  #values = new Validity();

  take(): Data {
    const length = this.validity.length;
    const bits = new Uint8Array((length + 7) >> 3);
    const { nullBitmap } = this.#values.take();
    // All are true where no bit is missing.
    if (nullBitmap === null) bits.fill(0xff);
    else bits.set(nullBitmap);
    return dataOf({ type: this.type, length, data: bits, ...this.validity.take() });
  }
  protected put(from: AvroBytes): void {
    this.#values.add(from.bytes[from.at++] === 1);
  }
  protected putNothing(): void {
    this.#values.add(false);
  }
}

/** 32-bit integers, and what is counted in them. */
export class IntColumn extends Leaf {
  readonly type: DataType;
  readonly #values = new GrowingNumbers(new Int32Array(64));

  constructor(nullable: boolean, type: DataType = new Int32()) {
    super(nullable);
    this.type = type;
  }

  take(): Data {
    const length = this.validity.length;
    return dataOf({ type: this.type, length, data: this.#values.take(), ...this.validity.take() });
  }
  protected put(from: AvroBytes): void {
    this.#values.push(from.int());
  }
  protected putNothing(): void {
    this.#values.push(0);
  }
}

/** 64-bit integers, and what is counted in them, in two halves. */
export class LongColumn extends Leaf {
  readonly type: DataType;
  readonly #halves = new GrowingNumbers(new Int32Array(128));

  constructor(nullable: boolean, type: DataType = new Int64()) {
    super(nullable);
    this.type = type;
  }

  take(): Data {
    const length = this.validity.length;
    const halves = this.#halves.take();
    const data = new BigInt64Array(halves.buffer, halves.byteOffset, length);
    return dataOf({ type: this.type, length, data, ...this.validity.take() });
  }
  protected put(from: AvroBytes): void {
    from.long();
    this.#halves.push(from.low);
    this.#halves.push(from.high);
  }
  protected putNothing(): void {
    this.#halves.push(0);
    this.#halves.push(0);
  }
}

export class FloatColumn extends Leaf {
  readonly type: Float32 = new Float32();
  readonly #values = new GrowingNumbers(new Float32Array(64));

  take(): Data {
    const length = this.validity.length;
    return dataOf({ type: this.type, length, data: this.#values.take(), ...this.validity.take() });
  }
  protected put(from: AvroBytes): void {
    this.#values.push(from.view.getFloat32(from.at, true));
    from.at += 4;
  }
  protected putNothing(): void {
    this.#values.push(0);
  }
}

export class DoubleColumn extends Leaf {
  readonly type: Float64 = new Float64();
  readonly #values = new GrowingNumbers(new Float64Array(64));

  take(): Data {
    const length = this.validity.length;
    return dataOf({ type: this.type, length, data: this.#values.take(), ...this.validity.take() });
  }
  protected put(from: AvroBytes): void {
    this.#values.push(from.view.getFloat64(from.at, true));
    from.at += 8;
  }
  protected putNothing(): void {
    this.#values.push(0);
  }
}

/** Values of any length, one behind the other. */
abstract class Stretches extends Leaf {
  readonly bytes = new GrowingNumbers<Uint8Array>(new Uint8Array(1_024));
  #offsets = new GrowingNumbers(new Int32Array(64));

  take(): Data {
    const length = this.validity.length;
    if (length === 0) this.#offsets.push(0);
    const valueOffsets = this.#offsets.take();
    return dataOf({
      type: this.type,
      length,
      valueOffsets,
      data: this.bytes.take(),
      ...this.validity.take(),
    });
  }
  protected put(from: AvroBytes): void {
    this.#start();
    this.stretch(from);
    this.#offsets.push(this.bytes.length);
  }
  protected putNothing(): void {
    this.#start();
    this.#offsets.push(this.bytes.length);
  }
  protected abstract stretch(from: AvroBytes): void;

  protected copy(from: AvroBytes, count: number): void {
    const at = this.bytes.extend(count);
    from.bytes.copy(this.bytes.values, at, from.at, from.at + count);
    from.at += count;
  }

  #start(): void {
    if (this.#offsets.length === 0) this.#offsets.push(0);
  }
}

/** `string` and `bytes`. */
export class StretchColumn extends Stretches {
  readonly type: Binary | Utf8;

  constructor(nullable: boolean, isText: boolean) {
    super(nullable);
    this.type = isText ? new Utf8() : new Binary();
  }

  protected stretch(from: AvroBytes): void {
    const count = from.int();
    this.copy(from, count);
  }
}

/** `fixed`. */
export class FixedColumn extends Stretches {
  readonly type: Binary = new Binary();
  readonly #size: number;

  constructor(nullable: boolean, size: number) {
    super(nullable);
    this.#size = size;
  }

  protected stretch(from: AvroBytes): void {
    this.copy(from, this.#size);
  }
}

/** What comes out as text. */
export class TextColumn extends Stretches {
  readonly type: Utf8 = new Utf8();
  readonly #textOf: (from: AvroBytes) => string;

  constructor(nullable: boolean, textOf: (from: AvroBytes) => string) {
    super(nullable);
    this.#textOf = textOf;
  }

  protected stretch(from: AvroBytes): void {
    const text = this.#textOf(from);
    const at = this.bytes.extend(Buffer.byteLength(text));
    Buffer.from(this.bytes.values.buffer).write(text, at);
  }
}

/** A column in which nothing ever stands. It has a type that widens to any number or text when files are read together. */
export class NullColumn extends IntColumn {
  constructor() {
    super(true);
  }

  override read(): void {
    this.skip();
  }
}
