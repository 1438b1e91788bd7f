import { AvroEncoder } from '../worker/datum/encode.ts';
import { decodeTape } from '../worker/datum/tape.ts';
import { type AvroType, compileSchema, type SchemaJson } from '../worker/decode/avro/schema.ts';
import { jsonText } from './json-text.ts';
import { asRecord } from './infer.ts';

/** Tapes as Avro, by a schema that was inferred from them. */
export class TapesAsAvro {
  readonly type: AvroType;
  readonly #encoder = new AvroEncoder(jsonText);

  constructor(schema: SchemaJson) {
    this.type = compileSchema(JSON.stringify(schema));
  }

  encode(tape: Uint8Array): Uint8Array {
    return this.#encoder.encode(this.type, asRecord(decodeTape(tape)));
  }
}
