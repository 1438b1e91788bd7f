import { chooseCa } from './broker/ca.ts';
import { connect } from './broker/connect.ts';
import { cureFor, missingFeatures, requireFeatures } from './broker/features.ts';
import { SchemaRegistry } from './broker/schema-registry.ts';
import { readSubscription } from './broker/subscription.ts';
import { chooseDurability } from './commit/durability.ts';
import type { Config } from './config.ts';
import { Flow } from './flow.ts';
import type { Log } from './log.ts';
import { prepareOutput } from './output.ts';
import type { WorkerSettings } from './pool/messages.ts';
import { outputForm, segmentForm } from './segment/form.ts';
import { UntilEnd } from './stop/until-end.ts';
import { PathTemplate } from './worker/name/template.ts';
import { newWriter } from './temporary.ts';

/**
 * Reads, saves and commits until the signal, the limit or the end of the topics.
 *
 * @param stop aborts when the client is to stop: it drains, commits and leaves the group.
 * @throws ClientError what ended it before that. What was finished is committed all the same.
 */
export async function run(config: Config, log: Log, stop: AbortSignal): Promise<void> {
  const { broker, output, topics } = config;
  checkFeatures(config, log);
  new PathTemplate(output.pathTemplate, false);
  const folder = output.dir === null ? null : await prepareOutput(output.dir, output.form);
  const durability = await chooseDurability(output);

  sayWhatHappens(config, durability.description, log);
  const connected = await connect(config, log, stop);
  if (connected === null) return;
  const { consumer, catalogue } = connected;
  log.info(`Connected to ${broker.bootstrapServers} as a member of the group ${broker.group}.`);

  const registry = new SchemaRegistry(config.decode, log, stop);
  const writer = newWriter();
  const caseInsensitive = folder?.caseInsensitive ?? false;
  const workerSettings = settingsForWorkers(config, durability.fileSync, caseInsensitive, writer);
  const segments = segmentForm(config, writer);
  const flow = new Flow({ config, log, consumer, durability, registry, workerSettings, segments });
  try {
    await flow.run(topics.kafkaNames, stop, async () => {
      const { partitions, isNew } = readSubscription(topics.kafkaNames, catalogue, config.stop.untilEnd, log);
      return { isNew, until: config.stop.untilEnd ? await UntilEnd.snapshot(consumer, partitions) : null };
    });
  } finally {
    log.info(flow.summary.toString());
  }
}

function checkFeatures({ broker }: Config, log: Log): void {
  if (broker.securityProtocol.endsWith('ssl')) requireFeatures(['ssl']);
  if (broker.username !== null && broker.saslMechanism.startsWith('SCRAM')) requireFeatures(['sasl_scram']);
  const missing = missingFeatures();
  if (missing.length > 0) log.warn(`${cureFor(missing)}. Until then such topics or brokers cannot be read.`);
}

function sayWhatHappens({ broker, output, topics }: Config, durability: string, log: Log): void {
  log.info(
    `Reading ${topics.kafkaNames.join(', ')} from ${broker.bootstrapServers} (${broker.securityProtocol}).`,
  );
  const ca = broker.securityProtocol.endsWith('ssl') ? chooseCa(broker) : null;
  if (ca !== null) log.info(`Authorities: ${ca.path} (${ca.why}).`);
  if (output.dir === null) return;
  const what =
    output.form === 'json' ? output.pathTemplate : `${output.form} segments, {topic}/{partition}/{offset}`;
  log.info(`Saving to ${output.dir} as ${what}; durability: ${durability}.`);
  if (output.form === 'json' && !output.pathTemplate.includes('{topic}') && topics.kafkaNames.length > 1) {
    log.warn(
      `${output.pathTemplate} does not tell topics apart: of two alerts with one name the last written stays.`,
    );
  }
}

function settingsForWorkers(
  config: Config,
  sync: 'none' | 'group' | 'file',
  caseInsensitive: boolean,
  writer: string,
): Omit<WorkerSettings, 'workerIndex' | 'deadThreads'> {
  const { output, topics, decode, pool, errors, log } = config;
  return {
    format: decode.format,
    indent: output.form === 'json' ? output.indent : 0,
    nonFinite: output.nonFinite,
    pathTemplate: output.pathTemplate,
    topicPrefix: topics.prefix,
    output:
      output.dir === null
        ? null
        : { dir: output.dir, sync, caseInsensitive, writer, form: outputForm(output) },
    processFile: pool.processFile,
    processTimeoutMs: pool.processTimeoutMs,
    onError: errors.onError,
    logEachAlert: output.dir === null ? log.level !== 'warn' : log.level === 'debug',
  };
}
