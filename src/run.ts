import { findBeginning } from './beginning.ts';
import { chooseCa } from './broker/ca.ts';
import { connect } from './broker/connect.ts';
import { cureFor, missingFeatures, requireFeatures } from './broker/features.ts';
import { SchemaRegistry } from './broker/schema-registry.ts';
import { chooseDurability } from './commit/durability.ts';
import type { Config } from './config.ts';
import { Flow } from './flow.ts';
import { onceThereIsRoom } from './full-disk.ts';
import { Journal } from './journal/journal.ts';
import { findKept } from './kept.ts';
import type { Log } from './log.ts';
import { type Observation, observe } from './observe.ts';
import { prepareOutput } from './output.ts';
import { findSavedOtherwise } from './other-output.ts';
import type { FileSync } from './pool/messages.ts';
import { enterOwner } from './owner.ts';
import { overridesCommits } from './place.ts';
import { segmentForm } from './segment/form.ts';
import { joinService, type Service } from './service.ts';
import { newWriter } from './temporary.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { topicFolder } from './worker/name/topic-folder.ts';
import { mergedBy } from './worker/name/merged.ts';
import { PathTemplate } from './worker/name/template.ts';
import { settingsForWorkers } from './worker-settings.ts';

/** Where alerts go, and how to leave it. */
interface OutputFolder {
  readonly caseInsensitive: boolean;
  readonly leave: () => Promise<void>;
}

const noFolder: OutputFolder = { caseInsensitive: false, leave: () => Promise.resolve() };

/**
 * Reads, saves and commits until the signal, the limit or the end of the topics.
 *
 * @param stop aborts when the client is to stop: it drains, commits and leaves the group.
 * @throws ClientError what ended it before that. What was finished is committed all the same.
 */
export async function run(config: Config, log: Log, stop: AbortSignal): Promise<void> {
  const { broker, output } = config;
  checkFeatures(config, log);
  // Of a layout the part that was given: what names an alert in it is the client's own.
  new PathTemplate(output.layout ?? output.pathTemplate, false);
  const service = joinService(process.env, log);
  const writer = newWriter();
  const { share } = output;
  const { bootstrapServers: brokers } = broker;
  // Beside its group's members a replay is a stranger, who would put earlier messages into later ones' files.
  const group = broker.replay ? `${broker.group} (replay)` : broker.group;
  // Segments of readers that begin at places of their own would overlap.
  const alone = output.form !== 'json' && (broker.replay || overridesCommits(broker.startAt));
  const enter = async (outputDir: string): Promise<OutputFolder> => {
    const { caseInsensitive } = await prepareOutput(outputDir, output.form);
    const leave = await enterOwner({ outputDir, writer, group, brokers, share, alone, log });
    return { caseInsensitive, leave };
  };
  const { dir } = output;
  const folder = dir === null ? noFolder : await onceThereIsRoom(dir, log, stop, () => enter(dir));
  if (folder === null) return;
  let observation: Observation | null = null;
  try {
    observation = await observe(config, log);
    const { telemetry } = observation;
    await readAndSave(config, log, stop, service, telemetry, writer, folder.caseInsensitive);
  } finally {
    service.stopping();
    await observation?.end();
    await folder.leave();
  }
}

async function readAndSave(
  config: Config,
  log: Log,
  stop: AbortSignal,
  service: Service,
  telemetry: Telemetry,
  writer: string,
  caseInsensitive: boolean,
): Promise<void> {
  const { broker, output, topics } = config;
  const durability = await chooseDurability(output);
  sayWhatHappens(config, durability.description, log);
  const connected = await connect(config, log, stop);
  if (connected === null) return;
  const { consumer, catalogue } = connected;
  consumer.onStatistics = (json) => {
    telemetry.brokerStatistics = json;
  };
  const as = broker.replay
    ? 'without a group'
    : config.dryRun
      ? `as the group ${broker.group} would, without joining it`
      : `as ${topics.partitions === null ? 'a member of ' : ''}the group ${broker.group}`;
  log.info(`Connected to ${broker.bootstrapServers} ${as}.`);

  const registry = new SchemaRegistry(config.decode, log, stop);
  const glimpses = telemetry.glimpses?.settings ?? null;
  const workerSettings = settingsForWorkers(config, durability.fileSync, caseInsensitive, writer, glimpses);
  const segments = segmentForm(config, writer);
  const { toPipe } = output;
  const journal = journalFor(config, durability.fileSync);
  const flow = new Flow({
    ...{ config, log, consumer, durability, journal, registry, workerSettings, segments, toPipe, telemetry },
    savedOtherwise: findSavedOtherwise(config, writer, log),
    kept: findKept(config),
  });
  stop.addEventListener('abort', () => {
    service.stopping();
  });
  await flow.run(
    topics.kafkaNames,
    stop,
    (isOver) => findBeginning(config, consumer, catalogue, log, isOver),
    () => {
      service.ready(`Reading ${topics.kafkaNames.join(', ')}`, (withinMs) => flow.isAlive(withinMs));
    },
  );
}

/** Segments have their records. */
function journalFor({ output, topics }: Config, fileSync: FileSync): Journal | null {
  const { dir, form } = output;
  if (dir === null || form !== 'json') return null;
  const sync = fileSync === 'group' ? 'elsewhere' : fileSync === 'file';
  return new Journal(dir, (topic) => topicFolder(topic, topics.prefix), sync);
}

function checkFeatures({ broker }: Config, log: Log): void {
  if (broker.securityProtocol.endsWith('ssl')) requireFeatures(['ssl']);
  if (broker.username !== null && broker.saslMechanism.startsWith('SCRAM')) requireFeatures(['sasl_scram']);
  if (broker.oauth !== null) requireFeatures(['oidc']);
  const missing = missingFeatures();
  if (missing.length > 0) log.warn(`${cureFor(missing)}. Until then such topics or brokers cannot be read.`);
}

function sayWhatHappens({ broker, output, topics, dryRun }: Config, durability: string, log: Log): void {
  log.info(
    `Reading ${topics.kafkaNames.join(', ')} from ${broker.bootstrapServers} (${broker.securityProtocol}).`,
  );
  const ca = broker.securityProtocol.endsWith('ssl') ? chooseCa(broker) : null;
  if (ca !== null) log.info(`Authorities: ${ca.path} (${ca.why}).`);
  if (dryRun) log.info('Dry run: nothing is written, and nothing committed.');
  if (output.toPipe) log.info('Alerts go to standard output, one a line.');
  if (output.dir === null) return;
  const segments =
    output.layout === null ? '{topic}/{partition}/{offset}' : `${output.layout}/{partition}-{offset}`;
  const what = output.form === 'json' ? output.pathTemplate : `${output.form} segments, ${segments}`;
  log.info(`Saving to ${output.dir} as ${what}; durability: ${durability}.`);
  const merged = output.form === 'json' ? mergedBy(output.pathTemplate, topics.kafkaNames) : null;
  if (merged !== null)
    log.warn(
      `${output.pathTemplate} does not tell ${merged} apart: of two alerts with one name the last written stays.`,
    );
}
