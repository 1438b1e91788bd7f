import { SchemaRegistry } from '../broker/schema-registry.ts';
import { ClientError } from '../errors.ts';
import type { Session } from './session.ts';

/** Schemas by id, for tools: one that nobody knows is an error, for there is nothing else to go on with. */
export class Schemas {
  readonly #registry: SchemaRegistry;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.#registry = new SchemaRegistry(session.config.decode, session.log, session.stop);
  }

  /** @throws ClientError saying which option is missing, or that the id is unknown. */
  async text(schemaId: number): Promise<string> {
    const answer = await this.#registry.get(schemaId);
    if (answer.kind === 'found') return answer.schemaText;
    const { registry, schemaDir } = this.#session.config.decode;
    const unset = registry === null && schemaDir === null;
    throw new ClientError(
      unset ? 'CONFIG' : 'BAD_MESSAGE',
      unset
        ? `Schema ${schemaId} is wanted; say with --schema-registry or --schema-dir where to find it.`
        : `Schema ${schemaId} is wanted: ${answer.reason}`,
    );
  }
}
