import { isIPv6 } from 'node:net';

/** Where a broker listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** As it was given. */
  readonly text: string;
  /** In small letters, of `SASL_SSL://HOST`; null: none was named. */
  readonly protocol: string | null;
}

/** Whoever puts a login into an address does not want to read it on a screen. */
const NO_LOGIN = 'no user and no password: these go into --api-key and ANTARES_KAFKA_API_SECRET';
const KAFKA_PORT = 9092;
const LAST_PORT = 65_535;
/** What librdkafka takes before `://`. */
const PROTOCOLS: readonly string[] = ['plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl'];

/** The addresses of `HOST[:PORT],…`, with Kafka's port where none is given, as librdkafka takes them. */
export function serverAddresses(bootstrapServers: string): ServerAddress[] {
  return split(bootstrapServers).map((text) => {
    const { protocol, host, port } = partsOf(text);
    return { host, port: port === null ? KAFKA_PORT : Number(port), text, protocol };
  });
}

/** What is wrong with `HOST[:PORT],…`; null: nothing. librdkafka would try another port, or the wrong name, for ever. */
export function faultInServers(bootstrapServers: string): string | null {
  const servers = split(bootstrapServers);
  if (servers.length === 0) return 'it names no server';
  if (bootstrapServers.includes('@')) return NO_LOGIN;
  return servers.map(faultInServer).find((fault) => fault !== null) ?? null;
}

/** What is wrong with the `HOST` that a port is put behind; null: nothing. */
export function faultInHost(host: string): string | null {
  if (host.includes('@')) return NO_LOGIN;
  if (isIPv6(host)) return `the IPv6 address ${host} needs brackets: [${host}]`;
  const withPort = split(host).find((text) => partsOf(text).port !== null);
  if (withPort !== undefined) return `${withPort} names a port, which goes into --port`;
  return faultInServers(host);
}

/** Of an address: what stands before its host may be a password. */
export function withoutLogin(text: string): string {
  return text.replace(/[^\s,/]*@/g, '…@');
}

function faultInServer(text: string): string | null {
  const { protocol, host, port } = partsOf(text);
  if (protocol !== null && !PROTOCOLS.includes(protocol))
    return `${protocol}:// in ${text} is none of Kafka's protocols, so leave it away`;
  if (port !== null && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= LAST_PORT))
    return `the port of ${text} must be a number from 1 to ${LAST_PORT}`;
  if (host === '') return `${text} names no host`;
  if (isIPv6(host) || /^[^\s:/@?#[\]]+$/.test(host)) return null;
  return `${host} in ${text} is neither the name of a host nor its address`;
}

function split(servers: string): string[] {
  return servers
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** Not checked yet. */
function partsOf(text: string): { protocol: string | null; host: string; port: string | null } {
  const [, protocol, rest = ''] = /^(?:(.*?):\/\/)?(.*)$/s.exec(text) ?? [];
  // librdkafka passes over a path, but only behind a protocol.
  const place = protocol === undefined ? rest : rest.replace(/\/.*/s, '');
  const named = { protocol: protocol?.toLowerCase() ?? null };
  if (isIPv6(place)) return { ...named, host: place, port: null };
  const [, inBrackets, plain = '', port = null] = /^(?:\[(.*?)\]|(.*?))(?::([^:\]]*))?$/s.exec(place) ?? [];
  return { ...named, host: inBrackets ?? plain, port };
}
