import { antares } from './antares.ts';
import { type BrokerConfig, brokerConfig } from './config/broker.ts';
import { type DecodeConfig, decodeConfig } from './config/decode.ts';
import { type ErrorsConfig, errorsConfig } from './config/errors.ts';
import { type ConfigSources, gather, valuesOf } from './config/gather.ts';
import { Given } from './config/given.ts';
import { type LogConfig, logConfig } from './config/log.ts';
import { type OutputConfig, outputConfig, withoutPlace } from './config/output.ts';
import { type PoolConfig, poolConfig } from './config/pool.ts';
import { type ReadConfig, readConfig } from './config/read.ts';
import { type SelectOptions, selectOptions } from './config/select.ts';
import { type StopConfig, stopConfig } from './config/stop.ts';
import { splitTopics, type TopicsConfig, topicsConfig } from './config/topics.ts';
import { flagList, flags, type FlagValue } from './flags.ts';

/** Everything the client was told, checked. Nothing later looks at the command line or the environment. */
export interface Config {
  readonly topics: TopicsConfig;
  readonly broker: BrokerConfig;
  readonly output: OutputConfig;
  readonly select: SelectOptions;
  readonly decode: DecodeConfig;
  readonly read: ReadConfig;
  readonly pool: PoolConfig;
  readonly errors: ErrorsConfig;
  readonly stop: StopConfig;
  /** Everything but writing and committing. The output has no folder then, and is no pipe. */
  readonly dryRun: boolean;
  /** Where metrics are served; null: nowhere. */
  readonly metrics: FlagValue<'metrics'> | null;
  /** Where the page is served; null: nowhere. */
  readonly web: FlagValue<'web'> | null;
  readonly log: LogConfig;
  /** What the user should be told once, before anything else. */
  readonly warnings: readonly string[];
}

/**
 * Puts the options together: a flag comes before the environment, that before the file, that before a stored login, that before
 * the profile, that before the default.
 *
 * @throws ClientError CONFIG naming key, value and what is allowed.
 */
export function resolveConfig(sources: ConfigSources): Config {
  const { commandLine, isTerminal, needsTopics = true, needsBroker = true, forProgram = false } = sources;
  const warnings: string[] = [];
  const warn = (text: string): unknown => warnings.push(text);
  const gathered = gather(sources, warn);
  const { file, profile, explicit } = gathered;
  const { values, sources: givers } = valuesOf(gathered);
  const given = new Given(values, givers, explicit, warn, forProgram);
  warnOfSecrets(commandLine.given, warn);
  const topics = splitTopics(commandLine.topics.length > 0 ? commandLine.topics : file.topics, needsTopics);
  const broker = brokerConfig(given, profile, needsBroker);
  const prefix = profile?.topicPrefix ?? (broker.isAntares ? antares.topicPrefix : '');
  const output = outputConfig(given);
  const dryRun = given.value('dry-run');
  return freeze({
    topics: topicsConfig(given, topics, prefix),
    broker,
    output: dryRun ? withoutPlace(output) : output,
    select: selectOptions(given, output),
    decode: decodeConfig(given),
    read: readConfig(given),
    pool: poolConfig(given),
    errors: errorsConfig(given, output.dir),
    stop: stopConfig(given),
    dryRun,
    metrics: given.optional('metrics'),
    web: given.optional('web'),
    log: logConfig(given, isTerminal),
    warnings,
  });
}

/** Of secrets on the command line. */
function warnOfSecrets(given: Readonly<Record<string, unknown>>, warn: (text: string) => void): void {
  for (const [name, flag] of flagList) {
    if (flag.secret !== true || given[name] === undefined) continue;
    const orFile = `${name}-file` in flags ? ` or --${name}-file` : '';
    warn(
      `--${name} was given as a flag: ps showed it until now, and the shell's history keeps it. Better: ${flag.env ?? 'the environment'}${orFile}.`,
    );
  }
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null) freeze(part as object);
  return Object.freeze(value);
}
