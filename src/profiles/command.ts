import type { Argv, CommandModule } from 'yargs';
import { addOptions } from '../arguments.ts';
import { asTable } from '../table.ts';
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
    const { readConfigFile } = await import('../config/config-file.ts');
    const { profiles } = readConfigFile(config, () => undefined);
    process.stdout.write(
      json === true
        ? `${JSON.stringify(Object.fromEntries(profiles), null, 2)}\n`
        : asTable(rowsOf(profiles)),
    );
  },
};

function rowsOf(profiles: Profiles): string[][] {
  return [...profiles].map(([name, profile]) => [
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
}
