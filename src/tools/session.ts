import { userLogins } from '../auth/login-store.ts';
import { classify } from '../broker/classify.ts';
import { connect, type Connected } from '../broker/connect.ts';
import { isBrokerError } from '../broker/consumer.ts';
import { modestReading } from '../broker/read-some.ts';
import { type Config, resolveConfig } from '../config.ts';
import type { ConfigSources } from '../config/gather.ts';
import { ClientError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { registryOnly } from '../secrets.ts';
import { Interrupted, listenForStop } from '../signals.ts';
import { stripPrefix } from '../topic-name.ts';

/** What a tool is started with. */
export interface ToolInput {
  readonly given: Readonly<Record<string, unknown>>;
  /** Options that the environment gave, by option name. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A tool at work. */
export interface Session {
  readonly config: Config;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** Reads the options. @throws ClientError CONFIG */
export function openSession(input: ToolInput, topic = 'any'): Session {
  return open(input, topic, { logins: userLogins(process.env) });
}

/** The same without the broker, which is not asked. */
export function openOffline({ given, environment }: ToolInput): Session {
  return open({ given, environment: registryOnly(environment) }, 'any', { needsBroker: false });
}

function open(
  { given, environment }: ToolInput,
  topic: string,
  more: Pick<ConfigSources, 'logins' | 'needsBroker'>,
): Session {
  const config = resolveConfig({
    commandLine: { topics: [topic], given },
    environment,
    isTerminal: process.stderr.isTTY,
    ...more,
  });
  const log = createLog(config.log);
  for (const warning of config.warnings) log.warn(warning);
  return { config, log, stop: listenForStop() };
}

/**
 * Works with a connection and closes it.
 *
 * @throws ClientError, also for what the broker refuses meanwhile; Interrupted where the tool was stopped before.
 */
export async function withBroker(
  { config, log, stop }: Session,
  work: (connected: Connected) => Promise<void>,
): Promise<void> {
  const broker = { ...config.broker, properties: { ...modestReading, ...config.broker.properties } };
  const connected = await connect({ ...config, broker }, log, stop);
  if (connected === null) throw new Interrupted(stop, `${config.broker.bootstrapServers} had not answered`);
  try {
    await work(connected);
  } catch (error) {
    if (!isBrokerError(error)) throw error;
    const { error: code, sentence } = classify(error, 'connected');
    throw new ClientError(code, sentence, { cause: error });
  } finally {
    await connected.consumer.disconnect();
  }
}

/** A topic as the user types it. */
export function shownTopic(topic: string, { topics: { prefix } }: Config): string {
  return stripPrefix(topic, prefix);
}
