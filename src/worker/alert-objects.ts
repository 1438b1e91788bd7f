import { Decoder, type OpenMessage, type SchemaSource } from './decode/decode.ts';
import type { FormatOption } from './decode/detect.ts';
import { DecodeError } from './decode/error.ts';
import { nobody } from './decode/nobody.ts';
import { ObjectBuilder } from './decode/object-builder.ts';
import type { FieldNode } from './encode/field-capture.ts';
import type { Message } from './message.ts';
import { keptFields, Reduced, type Reduction } from './select/reduced.ts';
import type { Selection } from './select/selection.ts';

/** Which alerts are made objects, and how much of each. */
export interface AlertObjectsOptions {
  readonly format: FormatOption;
  readonly schemas: SchemaSource;
  /** null: all alerts. */
  readonly selection: Selection | null;
  /** null: all of each. */
  readonly reduction: Reduction | null;
}

/** From a message's bytes to alerts as objects, where nobody wants the bytes of a file. */
export class AlertObjects {
  readonly #options: AlertObjectsOptions;
  readonly #decoder: Decoder;
  readonly #kept: FieldNode;

  constructor(options: AlertObjectsOptions) {
    this.#options = options;
    this.#decoder = new Decoder(options.format, options.schemas);
    this.#kept = keptFields(options.reduction?.fields ?? null);
  }

  /** The alerts that are wanted, each the object (or array) that its file would show. @throws DecodeError, SchemaNeeded */
  *read(message: Message): Generator<{ record: number; alert: unknown }> {
    const { selection } = this.#options;
    const first = this.#decoder.open(message);
    const wanted = selection?.wanted(first) ?? null;
    const open = wanted === null ? first : first.again();
    for (let record = 0; record < open.records; record++) {
      if (wanted === null || wanted[record] === true) yield { record, alert: this.#build(open) };
      else if (!wanted.includes(true)) return;
      else open.tellNext(nobody);
    }
    open.close();
  }

  #build(open: OpenMessage): unknown {
    const { reduction } = this.#options;
    // As in its file: only ANTARES writes NaN.
    const builder = new ObjectBuilder(open.format === 'antares');
    open.tellNext(reduction === null ? builder : new Reduced(builder, this.#kept, reduction.dropStamps));
    if (typeof builder.result !== 'object' || builder.result === null)
      throw new DecodeError('NO_OBJECT', 'The message is a single value; an alert is an object or an array.');
    return builder.result;
  }
}
