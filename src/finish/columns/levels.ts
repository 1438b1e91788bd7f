import { ByteWriter } from 'hyparquet-writer';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import type { Place } from './column.ts';
import { GrowingNumbers } from './growing.ts';

/** The repetition and definition levels of one page. */
export interface PageLevels {
  readonly bytes: Uint8Array;
  readonly repetitionBytes: number;
  readonly definitionBytes: number;
  /** Values and nulls. */
  readonly count: number;
  readonly nulls: number;
}

/** Of which values and nulls a column consists, in order. */
export class Levels {
  /** Of a value that is there. */
  readonly #definition: number;
  readonly #repetition: number;
  readonly #repetitions = new GrowingNumbers(new Uint8Array(64));
  readonly #definitions = new GrowingNumbers(new Uint8Array(64));
  #nulls = 0;
  count = 0;

  constructor({ definition, repetition }: Place) {
    this.#definition = definition;
    this.#repetition = repetition;
  }

  /** What they take in memory; a page has them packed. */
  get bytes(): number {
    return this.#repetitions.length + this.#definitions.length;
  }

  add(repetition: number, definition: number): void {
    this.count += 1;
    if (definition < this.#definition) this.#nulls += 1;
    // A level that is always 0 is not written.
    if (this.#repetition > 0) this.#repetitions.push(repetition);
    if (this.#definition > 0) this.#definitions.push(definition);
  }

  /** All of them; it is empty afterwards. */
  take(): PageLevels {
    const writer = new ByteWriter();
    const repetitionBytes = write(writer, this.#repetitions.take(), this.#repetition);
    const definitionBytes = write(writer, this.#definitions.take(), this.#definition);
    const { count } = this;
    const nulls = this.#nulls;
    this.count = 0;
    this.#nulls = 0;
    return { bytes: writer.getBytes(), repetitionBytes, definitionBytes, count, nulls };
  }
}

function write(writer: ByteWriter, levels: Uint8Array, most: number): number {
  return most === 0 ? 0 : writeRleBitPackedHybrid(writer, levels, 32 - Math.clz32(most));
}
