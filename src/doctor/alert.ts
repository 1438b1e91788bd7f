import type { ConsumedMessage } from '../broker/consumer.ts';
import { SchemaRegistry } from '../broker/schema-registry.ts';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import { silentLog } from '../log.ts';
import { KnownSchemas } from '../worker/schemas.ts';
import { Transcoder } from '../worker/transcode.ts';
import { withSchemas } from '../worker/with-schemas.ts';
import { type Finding, fault, ok, skipped, warning } from './finding.ts';

/** A registry that answers gives a schema at once. */
const SCHEMA_TIMEOUT_MS = 15_000;

class NoSchema extends Error {}

/** Whether the messages that were read can be decoded with these settings. The user's function and filters are not asked. */
export async function examineAlerts(
  { decode, output }: Config,
  messages: readonly ConsumedMessage[],
  stop: AbortSignal,
): Promise<Finding[]> {
  const schemas = new KnownSchemas();
  const { indent, nonFinite } = output;
  const transcoder = new Transcoder({ format: decode.format, indent, nonFinite, fieldPaths: [], schemas });
  const timeout = AbortSignal.timeout(SCHEMA_TIMEOUT_MS);
  const registry = new SchemaRegistry(decode, silentLog, AbortSignal.any([stop, timeout]));
  const textOf = async (schemaId: number): Promise<string> => {
    const answer = await registry.get(schemaId);
    if (answer.kind === 'found') return answer.schemaText;
    throw new NoSchema(
      timeout.aborted ? `the schema registry gives no schema ${schemaId}` : answer.reason.replace(/\.$/, ''),
    );
  };
  const findings: Finding[] = [];
  for (const message of messages) {
    const { topic, partition, offset, value } = message;
    const at = `${topic}/${partition} offset ${offset}`;
    if (value === null) {
      findings.push(skipped('Alert', `${at} has no value (a tombstone)`));
      continue;
    }
    try {
      const count = await withSchemas(
        schemas,
        () => [...transcoder.transcode({ ...message, value })].length,
        textOf,
      );
      findings.push(ok('Alert', `${at} is decoded: ${count === 1 ? '1 alert' : `${count} alerts`}`));
    } catch (error) {
      findings.push(
        error instanceof NoSchema
          ? fault('Alert', `${at} cannot be decoded: ${error.message}`, null)
          : // One bad message among good ones is a dead letter, and no reason not to begin.
            warning('Alert', `${at} cannot be decoded: ${messageOf(error)}`, 'see whether --format is right'),
      );
    }
  }
  return findings;
}
