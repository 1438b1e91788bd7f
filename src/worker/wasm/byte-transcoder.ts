import type { AvroType } from '../decode/avro/schema.ts';
import type { AvroBlock, Documents } from '../decode/decode.ts';
import { limits } from '../decode/error.ts';
import { type CapturedField, type FieldNode, fieldTree, pythonText } from '../encode/field-capture.ts';
import { ALL, isKeptWhole, keptField, STAMP_FIELDS } from '../select/reduced.ts';
import { AvroPrograms, type PartOfRecords } from './avro-program.ts';
import { writeTrees } from './fields.ts';
import {
  CAPTURE_BYTES,
  CAPTURED_FALSE,
  CAPTURED_INFINITY,
  CAPTURED_MINUS_INFINITY,
  CAPTURED_NAN,
  CAPTURED_TEXT,
  CAPTURED_TRUE,
  CAPTURES,
  FIELDS,
  INPUT,
  MAX_CAPTURES,
} from './layout.ts';
import { instantiate, type TranscoderExports } from './module.ts';

const WORD_BYTES = 8;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** Fields whose values are noted beside the JSON. */
export interface FieldsToCapture {
  readonly fields: FieldNode;
  readonly count: number;
}

const WHOLE: PartOfRecords = { keep: ALL, dropStamps: false };
const stampTree = fieldTree([...STAMP_FIELDS]);

/** A document as JSON. Valid until the next one. */
export interface Transcoded {
  readonly bytes: Uint8Array;
  readonly fields: readonly (CapturedField | undefined)[];
}

/**
 * Documents to JSON in WebAssembly: nothing becomes an object, and what hostile bytes can do ends at the sandbox. It never says
 * what is wrong with a document. Where one is damaged, repeats a key or holds something rare, it gives the
 * document up, and the plain way, which knows all forms and all errors, does it from the beginning.
 */
export class ByteTranscoder {
  readonly #exports: TranscoderExports;
  readonly #fieldCount: number;
  readonly #programs: AvroPrograms;
  /** Whether what names a BSON document may be left out of it, and is read before. */
  readonly #isNamedFirst: boolean;
  /** Where the trees stand of what is kept of BSON, and of what is left out at its top; 0: there is none. */
  readonly #keepAt: number;
  readonly #dropAt: number;
  #memory: Buffer;
  /** What the input holds. */
  #inputNow: Uint8Array | undefined;

  private constructor(
    exports: TranscoderExports,
    indent: number,
    { fields, count }: FieldsToCapture,
    part: PartOfRecords,
    [, keepAt = 0, dropAt = 0]: readonly number[],
  ) {
    this.#exports = exports;
    this.#fieldCount = count;
    this.#isNamedFirst = !holds(part, fields);
    this.#programs = new AvroPrograms(exports.memory, indent, part, fields);
    this.#keepAt = isKeptWhole(part.keep) ? 0 : keepAt;
    this.#dropAt = part.dropStamps ? dropAt : 0;
    this.#memory = Buffer.from(exports.memory.buffer);
  }

  /**
   * @param part what is left of each document.
   * @returns null: WebAssembly cannot be used here, or not for so many fields.
   */
  static create(
    indent: number,
    captured: FieldsToCapture,
    part: PartOfRecords = WHOLE,
  ): ByteTranscoder | null {
    const exports = instantiate(indent);
    if (exports === null || captured.count > MAX_CAPTURES) return null;
    const places = writeTrees(exports.memory, [captured.fields, part.keep, stampTree]);
    return places === null ? null : new ByteTranscoder(exports, indent, captured, part, places);
  }

  /**
   * Every document in turn, up to the first that must be given up.
   *
   * @param literal whether NaN and infinities are written as such.
   * @returns whether all were done, and nothing was left over.
   */
  transcode(documents: Documents, literal: boolean): Generator<Transcoded, boolean> {
    return documents.format === 'bson'
      ? this.#bson(documents.bytes, literal)
      : this.#avro(documents.schema, documents.blocks, literal);
  }

  *#bson(bytes: Uint8Array, literal: boolean): Generator<Transcoded, boolean> {
    const done = this.#attempt(() => {
      const at = this.#input(bytes);
      const read = (keep: number, drop: number): void => {
        this.#exports.bson(at, bytes.length, Number(literal), keep, drop);
      };
      let fields: Transcoded['fields'] | null = null;
      if (this.#isNamedFirst) {
        read(FIELDS, 0);
        fields = this.#fields();
      }
      read(this.#keepAt, this.#dropAt);
      return fields;
    });
    if (done === null) return false;
    yield done;
    return true;
  }

  *#avro(schema: AvroType, blocks: readonly AvroBlock[], literal: boolean): Generator<Transcoded, boolean> {
    const programs = this.#programs.get(schema);
    if (programs === null) return false;
    const { record, naming } = programs;
    for (const { records, bytes } of blocks) {
      if (records === 0 && bytes.length > 0) return false;
      for (let left = records; left > 0; left--) {
        const done = this.#attempt(() => {
          if (left === records) {
            this.#exports.beginBlock(this.#input(bytes), bytes.length, limits.emptyValues);
          } else if (this.#inputNow !== bytes) {
            throw new WebAssembly.RuntimeError('Another message came between.');
          }
          let fields: Transcoded['fields'] | null = null;
          if (naming !== null) {
            this.#exports.avro(naming, Number(literal));
            fields = this.#fields();
            this.#exports.again();
          }
          this.#exports.avro(record, Number(literal));
          if (left === 1 && this.#exports.blockLeft() > 0)
            throw new WebAssembly.RuntimeError('Bytes are left.');
          return fields;
        });
        if (done === null) return false;
        yield done;
      }
    }
    return true;
  }

  /** Copies a document into the memory and says where it is. */
  #input(bytes: Uint8Array): number {
    this.#inputNow = bytes;
    // Out of shared memory the runtime copies words where both sides are aligned alike, else byte by byte.
    const at = INPUT + (bytes.byteOffset % WORD_BYTES);
    this.#exports.reserve(bytes.length + WORD_BYTES);
    this.#view().set(bytes, at);
    return at;
  }

  /**
   * @param work leaves the output in the memory, and says what names the document where that is not in it.
   * @returns null: given up.
   */
  #attempt(work: () => Transcoded['fields'] | null): Transcoded | null {
    try {
      const fields = work() ?? this.#fields();
      const done = {
        bytes: this.#view().subarray(this.#exports.outputStart(), this.#exports.outputEnd()),
        fields,
      };
      // A single value is no alert.
      return done.bytes[0] === OPEN_BRACE || done.bytes[0] === OPEN_BRACKET ? done : null;
    } catch (error) {
      // A trap, or a stack that is too short for the nesting. Anything else is a fault of ours.
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return null;
      throw error;
    }
  }

  #fields(): (CapturedField | undefined)[] {
    const memory = this.#view();
    const fields: (CapturedField | undefined)[] = [];
    for (let place = 0; place < this.#fieldCount; place++) fields.push(this.#captured(memory, place));
    return fields;
  }

  #captured(memory: Buffer, place: number): CapturedField | undefined {
    const at = CAPTURES + CAPTURE_BYTES * place;
    switch (memory[at]) {
      case CAPTURED_TEXT:
        return memory.toString('utf8', memory.readUInt32LE(at + 4), memory.readUInt32LE(at + 8));
      case CAPTURED_TRUE:
        return 'True';
      case CAPTURED_FALSE:
        return 'False';
      case CAPTURED_NAN:
        return pythonText(Number.NaN);
      case CAPTURED_INFINITY:
        return pythonText(Infinity);
      case CAPTURED_MINUS_INFINITY:
        return pythonText(-Infinity);
      default:
        return undefined;
    }
  }

  /** The memory as it is now: growing takes the old view away. */
  #view(): Buffer {
    const { buffer } = this.#exports.memory;
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer);
    return this.#memory;
  }
}

/** Whether all of these fields are in what is left of documents. */
function holds({ keep, dropStamps }: PartOfRecords, { children }: FieldNode): boolean {
  for (const [name, below] of children) {
    const kept = keptField(keep, name, dropStamps);
    if (kept === undefined || !holds({ keep: kept, dropStamps: false }, below)) return false;
  }
  return true;
}
