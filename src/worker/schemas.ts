import { messageOf } from '../errors.ts';
import { type AvroType, compileSchema } from './decode/avro/schema.ts';
import type { SchemaSource } from './decode/decode.ts';
import { DecodeError } from './decode/error.ts';

/** Schemas by id, as the main thread has made them known. Ids are immutable, so they stay. */
export class KnownSchemas implements SchemaSource {
  readonly #byId = new Map<number, AvroType | null>();

  get(schemaId: number): AvroType | null | undefined {
    return this.#byId.get(schemaId);
  }

  /** @param schemaText null: there is none with this id. */
  add(schemaId: number, schemaText: string | null): void {
    this.#byId.set(schemaId, schemaText === null ? null : compileOrExplain(schemaId, schemaText));
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
