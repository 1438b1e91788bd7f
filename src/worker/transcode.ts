import type { FormatOption } from './decode/detect.ts';
import { Decoder, type OpenMessage, type SchemaSource } from './decode/decode.ts';
import { DecodeError } from './decode/error.ts';
import { nobody } from './decode/nobody.ts';
import { ObjectBuilder } from './decode/object-builder.ts';
import { Tee } from './decode/tee.ts';
import { TreeBuilder } from './decode/tree.ts';
import type { AlertVisitor } from './decode/visitor.ts';
import { type FieldNode, fieldTree } from './encode/field-capture.ts';
import { DuplicateKey, JsonWriter } from './encode/json-writer.ts';
import { tellReturned } from './encode/returned.ts';
import type { Message } from './message.ts';
import { keptFields, Reduced, type Reduction } from './select/reduced.ts';
import type { Selection } from './select/selection.ts';
import type { Stamp, StampFiles } from './select/stamps.ts';
import { ByteTranscoder } from './wasm/byte-transcoder.ts';

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** One alert of a message, as the bytes of its file. */
export interface AlertBytes {
  /** Place in its message, from 0. */
  readonly record: number;
  /** How many alerts the message holds. */
  readonly records: number;
  /** Whether NaN and infinities stand in it as they are, or as null. */
  readonly literal: boolean;
  /** JSON, in ASCII. Valid until the next alert is transcoded. */
  readonly bytes: Uint8Array;
  /** Texts of the fields that were asked for, in that order; undefined: missing, null, or no plain value. */
  readonly fields: readonly (string | undefined)[];
  /** Images that were taken out of it. */
  readonly stamps?: readonly Stamp[];
}

/** What is known of an alert when it gets its name. */
export type AlertToName = Pick<AlertBytes, 'record' | 'records' | 'fields'>;

/** One alert of a message, as the object that a hook is given. */
export interface AlertObject extends AlertBytes {
  /** The alert as its file shows it. Changing it changes nothing in `bytes`. */
  readonly alert: Record<string, unknown>;
  /** What the hook returned, as the bytes of a file, in place of `bytes`. @throws ReturnedValueError */
  encodeReturned(value: unknown): Uint8Array;
  /** The same, told value by value. @throws ReturnedValueError */
  tellReturned(value: unknown, visitor: AlertVisitor): void;
}

/** How alerts are written. */
export interface TranscoderOptions {
  readonly format: FormatOption;
  /** Blanks a level; 0: compact. */
  readonly indent: number;
  /** NaN and infinities; `auto`: literal for ANTARES, as the original wrote them, null elsewhere. */
  readonly nonFinite: 'auto' | 'null' | 'literal';
  /** Dotted paths of the fields that name the file. */
  readonly fieldPaths: readonly string[];
  readonly schemas: SchemaSource;
  /** Which alerts are wanted; none: all. */
  readonly selection?: Selection | null;
  /** What is left of each; none: everything. */
  readonly reduction?: Reduction | null;
  /** Makes the files that an alert's stamps are taken into; none: they stay where they are. */
  readonly stampFiles?: ((message: Message, alert: AlertToName) => StampFiles) | null;
  /** Whether WebAssembly may be used where it can be, which changes no byte; only to compare, false. */
  readonly webAssembly?: boolean;
}

/**
 * From a message's bytes to the bytes of its files: the one seam between formats and outputs. An alert that nobody looks
 * at never becomes an object.
 *
 * A message of several records is decoded record by record; an error in a later one is thrown after earlier ones were given
 * out, so whoever takes them must not publish before the last.
 */
export class Transcoder {
  readonly #options: TranscoderOptions;
  readonly #decoder: Decoder;
  readonly #writer: JsonWriter;
  readonly #fields: FieldNode;
  readonly #selection: Selection | null;
  readonly #isReduced: boolean;
  readonly #stampFiles: TranscoderOptions['stampFiles'];
  readonly #kept: FieldNode;
  /** Captures the fields that name an alert where they may be reduced away. */
  readonly #namer: JsonWriter | null;
  /** Undefined: not asked for yet. A hook never does. */
  #fast: ByteTranscoder | null | undefined;

  constructor(options: TranscoderOptions) {
    this.#options = options;
    this.#decoder = new Decoder(options.format, options.schemas);
    this.#fields = fieldTree(options.fieldPaths);
    this.#selection = options.selection ?? null;
    this.#stampFiles = options.stampFiles ?? null;
    this.#isReduced = (options.reduction ?? null) !== null || this.#stampFiles !== null;
    this.#kept = keptFields(options.reduction?.fields ?? null);
    this.#namer = this.#isReduced && options.fieldPaths.length > 0 ? new JsonWriter(0, this.#fields) : null;
    this.#writer = new JsonWriter(options.indent, this.#fields);
  }

  /** Whether {@link transcode} tries WebAssembly first. */
  get usesWebAssembly(): boolean {
    return this.#startFast() !== null;
  }

  /**
   * The alerts that are wanted.
   *
   * @param drop is called in the place of each other one.
   * @throws DecodeError, SchemaNeeded
   */
  *transcode(message: Message, drop: () => void = nothing): Generator<AlertBytes> {
    const { open, wanted } = this.#select(this.#decoder.open(message));
    const { documents, records } = open;
    if (!wanted.includes(true)) {
      wanted.forEach(drop);
      return;
    }
    const fast = this.#startFast();
    let done = 0;
    if (fast !== null && documents !== null) {
      const literal = this.#isLiteral(open);
      const transcoded = fast.transcode(documents, literal);
      let next = transcoded.next();
      for (; next.done !== true; next = transcoded.next()) {
        if (wanted[done] === true) yield { record: done, records, literal, ...next.value };
        else drop();
        done += 1;
      }
      if (next.value) return;
    }
    yield* this.#each(open, done, wanted, drop, ({ tell, ...place }) => ({
      ...place,
      ...this.#write(message, place, tell),
    }));
  }

  /** The way for a hook: the bytes, and beside them the object. @throws DecodeError, SchemaNeeded */
  transcodeWithObjects(message: Message, drop: () => void = nothing): Generator<AlertObject> {
    const { open, wanted } = this.#select(this.#decoder.open(message));
    return this.#each(open, 0, wanted, drop, ({ tell, ...place }) => {
      const builder = new ObjectBuilder(place.literal);
      const written = this.#write(message, place, tell, builder);
      const encodeReturned = (value: unknown): Uint8Array =>
        this.#writeWhole(place, (writer) => {
          tellReturned(value, builder.doubles, writer);
        });
      return {
        ...place,
        ...written,
        alert: builder.result as Record<string, unknown>,
        encodeReturned,
        tellReturned: (value, visitor) => {
          tellReturned(value, builder.doubles, visitor);
        },
      };
    });
  }

  /** Every record from this one on; from the first one with a repeated key on, by way of a tree that sorts that out. */
  *#each<T>(
    open: OpenMessage,
    from: number,
    wanted: readonly boolean[],
    drop: () => void,
    take: (record: RecordToTell) => T,
  ): Generator<T> {
    let done = from;
    try {
      // An alert whose stamps are taken out is told twice where its name must be known before.
      const isNamedFirst = this.#stampFiles !== null && this.#namer !== null;
      for (const record of this.#records(open, from, wanted, drop, isNamedFirst)) {
        const taken = take(record);
        done = record.record + 1;
        yield taken;
      }
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
      for (const record of this.#records(open.again(), done, wanted, drop, true)) yield take(record);
    }
  }

  *#records(
    open: OpenMessage,
    from: number,
    wanted: readonly boolean[],
    drop: () => void,
    byTree: boolean,
  ): Generator<RecordToTell> {
    const { records } = open;
    const literal = this.#isLiteral(open);
    for (let record = 0; record < records; record++) {
      if (record >= from && wanted[record] === true) {
        yield { record, records, literal, tell: byTree ? tellingTree(open) : tellingOnce(open) };
        continue;
      }
      open.tellNext(nobody);
      if (record >= from) drop();
    }
    open.close();
  }

  #startFast(): ByteTranscoder | null {
    const { indent, fieldPaths, reduction, webAssembly = true } = this.#options;
    if (this.#fast === undefined) {
      const captured = { fields: this.#fields, count: fieldPaths.length };
      const part = { keep: this.#kept, dropStamps: reduction?.dropStamps ?? false };
      this.#fast =
        webAssembly && this.#stampFiles === null ? ByteTranscoder.create(indent, captured, part) : null;
    }
    return this.#fast;
  }

  /** Which records are wanted, and the message as if nobody had looked. */
  #select(open: OpenMessage): { open: OpenMessage; wanted: readonly boolean[] } {
    if (this.#selection === null) return { open, wanted: new Array<boolean>(open.records).fill(true) };
    const wanted = this.#selection.wanted(open);
    return { open: open.again(), wanted };
  }

  /** Whether any alert of a message is wanted. @throws DecodeError, SchemaNeeded */
  wantsAny(message: Message): boolean {
    return this.#selection?.wanted(this.#decoder.open(message)).includes(true) ?? true;
  }

  /** Writes what is left of an alert, and tells it to the builder too. */
  #write(
    message: Message,
    place: Omit<RecordToTell, 'tell'>,
    tell: RecordToTell['tell'],
    builder: AlertVisitor | null = null,
  ): Pick<AlertBytes, 'bytes' | 'fields' | 'stamps'> {
    if (this.#stampFiles != null) {
      const fields = this.#nameFirst(place, tell);
      const stamps = this.#stampFiles(message, { ...place, fields });
      const bytes = this.#writeWhole(place, (writer) => {
        tell(this.#reduced(builder === null ? writer : new Tee(writer, builder), stamps));
      });
      return { bytes, fields, stamps: stamps.files };
    }
    const namer = this.#namer;
    namer?.start(place.literal);
    const bytes = this.#writeWhole(place, (writer) => {
      const whole = builder === null ? writer : new Tee(writer, builder);
      const reduced = this.#isReduced ? this.#reduced(whole, null) : whole;
      tell(namer === null ? reduced : new Tee(new Reduced(namer, this.#fields, false), reduced));
    });
    return { bytes, fields: (namer ?? this.#writer).captured() };
  }

  /** The fields that name an alert, before any of it is written. */
  #nameFirst({ literal }: { literal: boolean }, tell: RecordToTell['tell']): AlertBytes['fields'] {
    const namer = this.#namer;
    if (namer === null) return [];
    namer.start(literal);
    tell(new Reduced(namer, this.#fields, false));
    return namer.captured();
  }

  #reduced(whole: AlertVisitor, stamps: StampFiles | null): Reduced {
    const dropStamps = this.#options.reduction?.dropStamps ?? false;
    return new Reduced(
      whole,
      this.#kept,
      dropStamps,
      stamps === null ? null : (field, bytes) => stamps.take(field, bytes),
    );
  }

  #writeWhole({ literal }: { literal: boolean }, tell: (writer: AlertVisitor) => void): Uint8Array {
    this.#writer.start(literal);
    tell(this.#writer);
    const bytes = this.#writer.finish();
    if (bytes[0] !== OPEN_BRACE && bytes[0] !== OPEN_BRACKET) {
      throw new DecodeError('NO_OBJECT', 'The message is a single value; an alert is an object or an array.');
    }
    return bytes;
  }

  #isLiteral({ format }: OpenMessage): boolean {
    const { nonFinite } = this.#options;
    return nonFinite === 'auto' ? format === 'antares' : nonFinite === 'literal';
  }
}

const nothing = (): void => undefined;

interface RecordToTell {
  readonly record: number;
  readonly records: number;
  readonly literal: boolean;
  readonly tell: (visitor: AlertVisitor) => void;
}

function tellingOnce(open: OpenMessage): RecordToTell['tell'] {
  return (visitor) => {
    open.tellNext(visitor);
  };
}

/** Tells a record as often as one likes, each key once. */
function tellingTree(open: OpenMessage): RecordToTell['tell'] {
  const tree = new TreeBuilder();
  open.tellNext(tree);
  return (visitor) => {
    tree.replay(visitor);
  };
}
