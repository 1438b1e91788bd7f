import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { type ServerAddress, serverAddresses } from '../server-address.ts';
import { messageOf } from '../errors.ts';
import { type Finding, fault, ok, warning } from './finding.ts';

const TCP_TIMEOUT_MS = 5_000;

/** Which of the brokers that were named can be reached, and what was found on the way. */
export interface Reached {
  readonly findings: readonly Finding[];
  readonly servers: readonly ServerAddress[];
}

/** Looks up each server's name and opens a connection to it. One that can be reached is enough: it names the others. */
export async function reachServers(bootstrapServers: string): Promise<Reached> {
  const results = await Promise.all(serverAddresses(bootstrapServers).map(tryServer));
  const servers = results.filter(({ reached }) => reached).map(({ server }) => server);
  const findings = results.flatMap(({ findings: found }) =>
    // Beside one that works the others are no fault.
    found.map((each) =>
      each.state === 'fault' && servers.length > 0 ? warning(each.step, each.text, each.cure) : each,
    ),
  );
  return { findings, servers };
}

async function tryServer(
  server: ServerAddress,
): Promise<{ server: ServerAddress; reached: boolean; findings: Finding[] }> {
  const name = await lookUp(server);
  if (name.state === 'fault') return { server, reached: false, findings: [name] };
  const connection = await openConnection(server);
  return { server, reached: connection.state === 'ok', findings: [name, connection] };
}

async function lookUp({ host }: ServerAddress): Promise<Finding> {
  if (isIP(host) !== 0) return ok('DNS', `${host} is an address already`);
  try {
    const addresses = await lookup(host, { all: true });
    return ok('DNS', `${host} is ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    return fault(
      'DNS',
      `the name ${host} is not known (${codeOf(error)})`,
      'check --host or --bootstrap-servers for a typo, and whether this machine is on the network',
    );
  }
}

async function openConnection({ host, port, text }: ServerAddress): Promise<Finding> {
  const startMs = performance.now();
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(TCP_TIMEOUT_MS) });
    return ok('TCP', `${text} answers (${Math.round(performance.now() - startMs)} ms)`);
  } catch (error) {
    const code = codeOf(error);
    return fault('TCP', `${text} cannot be reached (${code})`, cureOf(code));
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

function cureOf(code: string): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there: check the port, and whether the broker is up';
  return 'a firewall or a wrong address: ask whether this network may open connections to that port';
}

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return `no answer in ${TCP_TIMEOUT_MS / 1000} s`;
  return (error as NodeJS.ErrnoException).code ?? messageOf(error);
}
