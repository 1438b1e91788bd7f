import { messageOf } from '../errors.ts';
import { RecentlyUsed } from '../recently-used.ts';
import { type AvroType, compileSchema } from './decode/avro/schema.ts';
import { MAX_SCHEMA_CHARACTERS, MAX_SCHEMAS } from './decode/avro/schema-cache.ts';
import type { SchemaSource } from './decode/decode.ts';
import { DecodeError } from './decode/error.ts';

/** Schemas by id, as the main thread has made them known. One that was forgotten is asked for again. */
export class KnownSchemas implements SchemaSource {
  readonly #byId = new RecentlyUsed<number, AvroType | null>(MAX_SCHEMAS, MAX_SCHEMA_CHARACTERS);

  get(schemaId: number): AvroType | null | undefined {
    return this.#byId.get(schemaId);
  }

  /** @param schemaText null: there is none with this id. */
  add(schemaId: number, schemaText: string | null): void {
    const schema = schemaText === null ? null : compileOrExplain(schemaId, schemaText);
    this.#byId.set(schemaId, schema, schemaText?.length);
  }
}

/** A schema that cannot be used makes its messages bad, each with the reason. */
function compileOrExplain(schemaId: number, schemaText: string): AvroType {
  try {
    return compileSchema(schemaText);
  } catch (error) {
    const why = `Schema ${schemaId} cannot be used: ${messageOf(error)}`;
    return {
      read: () => {
        throw new DecodeError('BAD_SCHEMA', why, error);
      },
      shape: null,
    };
  }
}
