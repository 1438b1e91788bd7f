import type { ConsumedMessage } from '../broker/consumer.ts';
import { SchemaRegistry } from '../broker/schema-registry.ts';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import { silentLog } from '../log.ts';
import { KnownSchemas } from '../worker/schemas.ts';
import { Transcoder } from '../worker/transcode.ts';
import { withSchemas } from '../worker/with-schemas.ts';
import { examineFields } from './fields.ts';
import { type Finding, fault, ok, skipped, warning } from './finding.ts';

/** A registry that answers gives a schema at once. */
const SCHEMA_TIMEOUT_MS = 15_000;

class NoSchema extends Error {}

/** Whether the messages that were read can be decoded with these settings, and have the fields that are asked for. The user's function is not called. */
export async function examineAlerts(
  { decode, select }: Config,
  messages: readonly ConsumedMessage[],
  stop: AbortSignal,
): Promise<Finding[]> {
  const schemas = new KnownSchemas();
  const { format } = decode;
  const transcoder = new Transcoder({ format, indent: 0, nonFinite: 'null', fieldPaths: [], schemas });
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
      const alerts = await withSchemas(
        schemas,
        () =>
          Array.from(transcoder.transcode({ ...message, value }), ({ bytes }) =>
            Buffer.from(bytes).toString(),
          ),
        textOf,
      );
      const [first] = alerts;
      findings.push(
        ok('Alert', `${at} is decoded: ${alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`}`),
      );
      if (first !== undefined) findings.push(...examineFields(select, JSON.parse(first), at));
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
