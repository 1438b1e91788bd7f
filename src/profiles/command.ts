import type { Argv, CommandModule } from 'yargs';
import { addOptions } from '../arguments.ts';
import type { Profiles } from './known.ts';

/** `antares-client profiles`: the ways to the public brokers. */
export const profilesCommand: CommandModule<object, never> = {
  command: 'profiles',
  describe: 'List the ways to the public brokers, for --profile',
  builder: ((command: Argv) =>
    addOptions(
      command.usage('$0 profiles [options]').option('json', { boolean: true, describe: 'As JSON' }),
      ['config'],
    )) as never,
  handler: async (given: unknown) => {
    const { json, config } = given as { json?: boolean; config?: string };
    const { readConfigFile } = await import('../config-file.ts');
    const { profiles } = readConfigFile(config, []);
    process.stdout.write(
      json === true ? `${JSON.stringify(Object.fromEntries(profiles), null, 2)}\n` : asTable(profiles),
    );
  },
};

function asTable(profiles: Profiles): string {
  const rows = [...profiles].map(([name, profile]) => [
    name,
    profile.bootstrapServers ?? '',
    [
      profile.securityProtocol,
      profile.securityProtocol?.startsWith('sasl') === true ? profile.saslMechanism : '',
    ]
      .filter(Boolean)
      .join(' '),
    profile.title,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
