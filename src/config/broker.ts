import { isAntaresAddress, serversOf } from '../antares.ts';
import { serverAddresses } from '../server-address.ts';
import { ClientError } from '../errors.ts';
import type { StartAt } from '../place.ts';
import { groupFor } from '../profiles/group-rule.ts';
import { isSecretProperty, rememberSecret } from '../secrets.ts';
import { type Credentials, noCredentials, readCredentials } from './credentials.ts';
import type { Given } from './given.ts';
import type { NamedProfile } from './profile-options.ts';

export interface BrokerConfig extends Credentials {
  readonly bootstrapServers: string;
  /** The built-in ANTARES address. */
  readonly isAntares: boolean;
  readonly caLocation: string | null;
  readonly group: string;
  readonly groupProtocol: 'classic' | 'consumer';
  readonly startAt: StartAt;
  /** The group's offsets are neither looked at nor committed. */
  readonly replay: boolean;
  /** librdkafka properties from `-X`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly unsafe: boolean;
}

/**
 * @param isNeeded false: nobody asks the broker, so its credentials may be missing.
 * @throws ClientError CONFIG
 */
export function brokerConfig(given: Given, profile: NamedProfile | null, isNeeded: boolean): BrokerConfig {
  const { host, port, 'bootstrap-servers': servers } = given.values;
  if (isNeeded && servers !== undefined && (host !== undefined || port !== undefined)) {
    throw new ClientError('CONFIG', '--bootstrap-servers says it all; leave --host and --port away.');
  }
  const bootstrapServers = serversOf(servers, host, port);
  const isAntares = isAntaresAddress(bootstrapServers);
  const credentials = isNeeded ? readCredentials(given, isAntares, profile) : noCredentials;
  if (isNeeded) checkProtocols(bootstrapServers, credentials.securityProtocol);
  const properties = propertiesOf(given);
  return {
    bootstrapServers,
    isAntares,
    ...credentials,
    group: groupFor(
      profile,
      profile?.name ?? '',
      credentials.username,
      given.explicit.has('group') ? given.value('group') : null,
      given.value('group'),
    ),
    groupProtocol: given.value('group-protocol'),
    startAt: given.value('start-at'),
    replay: given.value('replay'),
    properties,
    unsafe: given.value('unsafe'),
    caLocation: given.path('ssl-ca-location'),
  };
}

/** librdkafka asks none of the servers where one has another protocol before its name. */
function checkProtocols(bootstrapServers: string, securityProtocol: BrokerConfig['securityProtocol']): void {
  const other = serverAddresses(bootstrapServers).find(
    ({ protocol }) => protocol !== null && protocol !== securityProtocol,
  );
  if (other === undefined) return;
  throw new ClientError(
    'CONFIG',
    `${other.text} cannot be used with the security protocol ${securityProtocol}: give --security-protocol ${other.protocol ?? ''}, or leave ${other.protocol ?? ''}:// away.`,
  );
}

/** `-X KEY=VALUE`, exactly one a time. */
function propertiesOf(given: Given): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of given.value('property')) {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new ClientError('CONFIG', `-X ${pair} is not KEY=VALUE, such as -X fetch.min.bytes=1000.`);
    const key = pair.slice(0, at).trim();
    const value = pair.slice(at + 1);
    if (isSecretProperty(key)) {
      rememberSecret(value);
      given.warn(
        `-X ${key} holds a secret: ps shows a flag until the client has started, and the shell's history keeps it.`,
      );
    }
    properties[key] = value;
  }
  return properties;
}
