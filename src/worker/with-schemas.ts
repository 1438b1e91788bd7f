import { SchemaNeeded } from './decode/error.ts';
import type { KnownSchemas } from './schemas.ts';

/**
 * Decodes a message, once more for each schema that it names and nobody here knows yet.
 *
 * @param decode begins anew each time, so what it gave out before it threw counts for nothing.
 * @param ask for the text of a schema. What it throws ends the whole.
 * @throws what `decode` and `ask` throw, SchemaNeeded aside.
 */
export async function withSchemas<T>(
  known: KnownSchemas,
  decode: () => T | Promise<T>,
  ask: (schemaId: number) => Promise<string>,
): Promise<T> {
  for (;;) {
    try {
      return await decode();
    } catch (error) {
      if (!(error instanceof SchemaNeeded)) throw error;
      known.add(error.schemaId, await ask(error.schemaId));
    }
  }
}
