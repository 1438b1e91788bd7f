import { RecentlyUsed } from '../../../recently-used.ts';
import { type AvroType, compileSchema } from './schema.ts';

/** A stream has a handful of schemas. One that sends a new one with every message must not fill the memory. */
export const MAX_SCHEMAS = 64;
/** All of them together; compiled, a schema takes some ten times its text. */
export const MAX_SCHEMA_CHARACTERS = 4_000_000;
/** Real ones have 25 KB. One that is much longer is compiled for its message and forgotten. */
const MAX_KEPT_CHARACTERS = 1_000_000;

/** Compiled schemas by their exact text: parsing a ZTF schema takes far longer than reading an alert by it. */
export class SchemaCache {
  readonly #byText = new RecentlyUsed<string, AvroType>(MAX_SCHEMAS, MAX_SCHEMA_CHARACTERS);
  #lastBytes: Buffer | undefined;
  #last: AvroType | undefined;

  /** The schema that was asked for last, if this is its text: nearly always, and to compare bytes takes less than to make a string of them. */
  last(bytes: Buffer): AvroType | undefined {
    return this.#lastBytes?.equals(bytes) === true ? this.#last : undefined;
  }

  /** @throws DecodeError BAD_SCHEMA */
  get(text: string): AvroType {
    const schema = this.#byText.get(text) ?? compileSchema(text);
    if (text.length > MAX_KEPT_CHARACTERS) return schema;
    this.#byText.set(text, schema, text.length);
    this.#lastBytes = Buffer.from(text);
    this.#last = schema;
    return schema;
  }
}
