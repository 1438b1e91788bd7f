import { type AvroType, compileSchema } from './schema.ts';

/** A stream has a handful of schemas. One that sends a new one with every message must not fill the memory. */
const MAX_SCHEMAS = 64;
/** All of them together; compiled, a schema takes some ten times its text. */
const MAX_CHARACTERS = 4_000_000;
/** Real ones have 25 KB. One that is much longer is compiled for its message and forgotten. */
const MAX_KEPT_CHARACTERS = 1_000_000;

/** Compiled schemas by their exact text: parsing a ZTF schema takes far longer than reading an alert by it. */
export class SchemaCache {
  /** The longest unused comes first. */
  readonly #byText = new Map<string, AvroType>();
  #characters = 0;
  #lastBytes: Buffer | undefined;
  #last: AvroType | undefined;

  /** The schema that was asked for last, if this is its text: nearly always, and to compare bytes takes less than to make a string of them. */
  last(bytes: Buffer): AvroType | undefined {
    return this.#lastBytes?.equals(bytes) === true ? this.#last : undefined;
  }

  /** @throws DecodeError BAD_SCHEMA */
  get(text: string): AvroType {
    const known = this.#byText.get(text);
    const schema = known ?? compileSchema(text);
    if (text.length > MAX_KEPT_CHARACTERS) return schema;
    if (known !== undefined) this.#forget(text);
    for (const oldest of this.#byText.keys()) {
      if (this.#byText.size < MAX_SCHEMAS && this.#characters + text.length <= MAX_CHARACTERS) break;
      this.#forget(oldest);
    }
    this.#byText.set(text, schema);
    this.#characters += text.length;
    this.#lastBytes = Buffer.from(text);
    this.#last = schema;
    return schema;
  }

  #forget(text: string): void {
    this.#byText.delete(text);
    this.#characters -= text.length;
  }
}
