import type { ConsumedMessage } from '../broker/consumer.ts';
import { type Config, resolveConfig } from '../config.ts';
import { type ConfigSources, type GivenOption, givenOptions } from '../config/gather.ts';
import { dateOf } from '../timestamp.ts';
import { examineAlerts } from './alert.ts';
import { examineCertificate } from './certificate.ts';
import { examineCluster } from './cluster.ts';
import { type Finding, faultOf, ok, skipped, warning } from './finding.ts';
import { examineFolder } from './folder.ts';
import { examineHook } from './hook.ts';
import { examineBuild, examineClock, examineOpenFiles } from './machine.ts';
import { reachServers } from './network.ts';
import { examineRegistry } from './registry.ts';

/**
 * Walks the way from the options to the first message, step by step. What depends on a step that failed is left out. Nothing is
 * written but a probe in the output folder, nothing is committed, and no group is joined.
 */
export async function* examine(sources: ConfigSources, stop: AbortSignal): AsyncGenerator<Finding> {
  let config: Config;
  try {
    config = resolveConfig(sources);
  } catch (error) {
    yield examineBuild(null);
    yield faultOf('Configuration', error);
    yield examineOpenFiles();
    return;
  }
  yield examineBuild(config);
  yield* examineConfiguration(config, givenOptions(sources));
  for (const text of config.warnings) yield warning('Configuration', text, null);
  const newest = yield* examineBroker(config, stop);
  yield await examineRegistry(config.decode, stop);
  yield* await examineAlerts(config, newest, stop);
  yield await examineHook(config.pool);
  yield* await examineFolder(config.output);
  yield examineOpenFiles();
  yield examineClock(Math.max(-1, ...newest.map(({ timestampMs }) => dateOf(timestampMs)?.getTime() ?? -1)));
}

/** What was given, and by whom; and what stands where nothing was, of that which decides whom one speaks to. */
function* examineConfiguration({ broker }: Config, given: readonly GivenOption[]): Generator<Finding> {
  for (const { name, where, shown } of given) yield ok('Configuration', `${name} = ${shown} (${where})`);
  const names = new Set(given.map(({ name }) => name));
  const decided = [
    ['bootstrap-servers', broker.bootstrapServers, ['host', 'port']],
    ['security-protocol', broker.securityProtocol, []],
    ['group', broker.group, []],
  ] as const;
  for (const [name, value, instead] of decided) {
    if ([name, ...instead].some((each) => names.has(each))) continue;
    yield ok('Configuration', `${name} = ${value} (nothing was given)`);
  }
}

/** @returns the newest messages that could be read. */
async function* examineBroker(
  config: Config,
  stop: AbortSignal,
): AsyncGenerator<Finding, readonly ConsumedMessage[]> {
  const { broker } = config;
  const { findings, servers } = await reachServers(broker.bootstrapServers);
  yield* findings;
  const [first] = servers;
  if (first === undefined) {
    yield skipped('Login, topics, group', 'no broker can be reached');
    return [];
  }
  if (broker.securityProtocol.endsWith('ssl')) {
    const certificates = await examineCertificate(first, broker);
    yield* certificates;
    if (certificates.some(({ state }) => state === 'fault')) {
      yield skipped('Login, topics, group', 'without a verified certificate no secret is sent');
      return [];
    }
  }
  const cluster = await examineCluster(config, stop);
  yield* cluster.findings;
  return cluster.newest;
}
