import type { Argv, CommandModule } from 'yargs';
import type { SimulateArguments } from './simulate.ts';
import { surveys } from './surveys.ts';

/** `antares-client simulate`: a simulated sky, into a broker or into files. */
export const simulateCommand: CommandModule<object, never> = {
  command: 'simulate',
  describe: 'Make alerts of a simulated sky, and send them to a broker or write them as files',
  builder: ((command: Argv) =>
    command
      .usage('$0 simulate [options]')
      .option('survey', {
        string: true,
        array: true,
        requiresArg: true,
        describe: `${surveys.join(', ')}; repeatable; topics are named simulated_<survey> [default: all]`,
      })
      .option('seed', { string: true, default: '1', describe: 'The same seed makes the same alerts' })
      .option('count', { string: true, requiresArg: true, describe: 'Alerts a survey [default: 100]' })
      .option('rate', {
        string: true,
        requiresArg: true,
        describe: 'Alerts a second, or full [default: full]',
      })
      .option('visits', { string: true, requiresArg: true, describe: 'Instead of --count: so many visits …' })
      .option('per-visit', {
        string: true,
        requiresArg: true,
        describe: '… of so many alerts … [default: 10000]',
      })
      .option('every', { string: true, requiresArg: true, describe: '… every so many seconds [default: 39]' })
      .option('bootstrap-servers', {
        string: true,
        requiresArg: true,
        describe: 'HOST:PORT of the broker to send to',
      })
      .option('partitions', {
        string: true,
        requiresArg: true,
        describe: 'Partitions of topics that are not there yet [default: 4]',
      })
      .option('output-dir', {
        alias: 'd',
        string: true,
        requiresArg: true,
        describe: 'Folder to write NAME.wire files to, instead of a broker',
      })
      .option('schema-dir', {
        string: true,
        requiresArg: true,
        describe: 'Where to write the LSST schema for the client’s --schema-dir',
      })) as never,
  handler: async (given: unknown) => {
    // Loaded late, for the main command needs none of it.
    const { simulate } = await import('./simulate.ts');
    await simulate(given as SimulateArguments);
  },
};
