import { type AvroSchema, compileSchema } from './schema.ts';

/** A stream has a handful of schemas. One that sends a new one with every message must not fill the memory. */
const MAX_SCHEMAS = 64;

/** Compiled schemas by their exact text: parsing a ZTF schema takes far longer than reading an alert by it. */
export class SchemaCache {
  readonly #byText = new Map<string, AvroSchema>();

  /** @throws DecodeError BAD_SCHEMA */
  get(text: string): AvroSchema {
    let schema = this.#byText.get(text);
    if (schema === undefined) {
      schema = compileSchema(text);
      const oldest = this.#byText.keys().next();
      if (this.#byText.size >= MAX_SCHEMAS && oldest.done !== true) this.#byText.delete(oldest.value);
      this.#byText.set(text, schema);
    }
    return schema;
  }
}
