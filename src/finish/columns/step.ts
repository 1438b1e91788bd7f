import type { AvroBytes } from './avro-bytes.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { GrowingNumbers } from './growing.ts';
import { Levels } from './levels.ts';

/** What stands at a place of a record, and how it is read. */
const How = {
  struct: 0,
  list: 1,
  optional: 2,
  union: 3,
  /** It takes no bytes. */
  nothing: 4,
  /** 32 bits that Parquet has as Avro. */
  word: 5,
  /** 64 such. */
  twoWords: 6,
  int: 7,
  long: 8,
  /** Bytes behind their length. */
  stretch: 9,
  other: 10,
} as const;

/** Floating-point numbers are as Parquet has them, integers varints. */
export type NumberKind = 'int' | 'long' | 'float' | 'double';

/** No leaf's. */
const NO_LEVELS = new Levels({ definition: 0, repetition: 0, nullable: false });
const NO_WORDS = new GrowingNumbers(new Int32Array(1));
const NO_BYTES = new GrowingBytes(1);
const NO_READER = (): void => undefined;

/**
 * A column as it is read, value by value.
 *
 * All are of this one class, and what they differ in is a number: with a class each, V8 looked every field up by its name, a tenth of the time that a
 * file of LSST alerts took.
 */
export class Step {
  #how: number = How.struct;
  /** Of a value; of a list or a union, how many of the groups are there when it is, be it empty. */
  #definition = 0;
  #repetition = 0;
  /** Of an optional one. */
  #nullBranch = -1;
  #nullDefinition = 0;
  #levels: Levels = NO_LEVELS;
  #words: GrowingNumbers<Int32Array> = NO_WORDS;
  #bytes: GrowingBytes = NO_BYTES;
  #readOther: (from: AvroBytes) => void = NO_READER;
  #inside: readonly Step[] = [];
  #branches: readonly (Step | null)[] = [];
  /** Of all leaves in it. */
  #leafLevels: readonly Levels[] = [];

  private constructor() {
    // By the functions below.
  }

  static struct(inside: readonly Step[]): Step {
    return new Step().#around(How.struct, inside);
  }

  /** @param definition where it is there. @param repetition of the list itself. */
  static list(item: Step, definition: number, repetition: number): Step {
    const step = new Step().#around(How.list, [item]);
    step.#definition = definition;
    step.#repetition = repetition;
    return step;
  }

  /** @param nullBranch which branch is null. @param nullDefinition how many of the groups are there then. */
  static optional(other: Step, nullBranch: number, nullDefinition: number): Step {
    const step = new Step().#around(How.optional, [other]);
    step.#nullBranch = nullBranch;
    step.#nullDefinition = nullDefinition;
    return step;
  }

  /** @param branches null: the type `null`. @param definition where one of the others is there. */
  static union(branches: readonly (Step | null)[], definition: number): Step {
    const inside = branches.filter((branch) => branch !== null);
    const step = new Step().#around(How.union, inside);
    step.#branches = branches;
    step.#definition = definition;
    return step;
  }

  static nothing(levels: Levels, definition: number): Step {
    return new Step().#leaf(How.nothing, levels, definition);
  }

  static numbers(
    kind: NumberKind,
    levels: Levels,
    definition: number,
    into: GrowingNumbers<Int32Array>,
  ): Step {
    const how = { float: How.word, double: How.twoWords, int: How.int, long: How.long }[kind];
    const step = new Step().#leaf(how, levels, definition);
    step.#words = into;
    return step;
  }

  static stretch(levels: Levels, definition: number, into: GrowingBytes): Step {
    const step = new Step().#leaf(How.stretch, levels, definition);
    step.#bytes = into;
    return step;
  }

  static other(levels: Levels, definition: number, read: (from: AvroBytes) => void): Step {
    const step = new Step().#leaf(How.other, levels, definition);
    step.#readOther = read;
    return step;
  }

  #around(how: number, inside: readonly Step[]): this {
    this.#how = how;
    this.#inside = inside;
    this.#leafLevels = inside.flatMap((step) => step.#leafLevels);
    return this;
  }

  #leaf(how: number, levels: Levels, definition: number): this {
    this.#how = how;
    this.#levels = levels;
    this.#definition = definition;
    this.#leafLevels = [levels];
    return this;
  }

  /**
   * Appends what stands next in the record.
   *
   * @param repetition how many of the repeated groups go on with it; 0: a new row.
   */
  read(from: AvroBytes, repetition: number): void {
    switch (this.#how) {
      case How.struct:
        for (const step of this.#inside) step.read(from, repetition);
        return;
      case How.list:
        this.#readItems(from, repetition);
        return;
      case How.optional:
        if (from.int() === this.#nullBranch) this.#skip(repetition, this.#nullDefinition);
        else (this.#inside[0] as Step).read(from, repetition);
        return;
      case How.union:
        this.#readBranch(from, repetition);
        return;
    }
    this.#levels.add(repetition, this.#definition);
    this.#readValue(from);
  }

  #readItems(from: AvroBytes, repetition: number): void {
    const item = this.#inside[0] as Step;
    let next = repetition;
    for (let count = from.block(); count > 0; count = from.block()) {
      for (let i = 0; i < count; i++) {
        item.read(from, next);
        next = this.#repetition + 1;
      }
    }
    // None: it is there, and empty.
    if (next === repetition) this.#skip(repetition, this.#definition);
  }

  #readBranch(from: AvroBytes, repetition: number): void {
    const branch = this.#branches[from.int()] ?? null;
    if (branch === null) {
      this.#skip(repetition, this.#definition - 1);
      return;
    }
    for (const step of this.#inside) {
      if (step === branch) step.read(from, repetition);
      else step.#skip(repetition, this.#definition);
    }
  }

  /** Appends that nothing is here. @param definition how many of the groups are there nevertheless. */
  #skip(repetition: number, definition: number): void {
    for (const levels of this.#leafLevels) levels.add(repetition, definition);
  }

  #readValue(from: AvroBytes): void {
    const words = this.#words;
    switch (this.#how) {
      case How.word:
        words.push(from.view.getInt32(from.at, true));
        from.at += 4;
        return;
      case How.twoWords:
        words.push(from.view.getInt32(from.at, true));
        words.push(from.view.getInt32(from.at + 4, true));
        from.at += 8;
        return;
      case How.int:
        words.push(from.int());
        return;
      case How.long:
        from.long();
        words.push(from.low);
        words.push(from.high);
        return;
      case How.stretch: {
        const count = from.int();
        this.#bytes.addStretch(from.bytes, from.at, count);
        from.at += count;
        return;
      }
      case How.other:
        this.#readOther(from);
    }
  }
}
