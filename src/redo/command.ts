import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { addOptions } from '../arguments.ts';
import { ClientError } from '../errors.ts';
import { registryOnly } from '../secrets.ts';
import { several } from '../several.ts';
import type { Redone } from './redo.ts';

/** Options that say how messages become files. */
const options = [
  'where',
  'cone',
  'fields',
  'stamps',
  'path',
  'indent',
  'non-finite',
  'format',
  'schema-registry',
  'schema-registry-auth',
  'schema-registry-ca',
  'schema-dir',
  'schema-cache',
  'process',
  'process-command',
  'process-timeout',
  'config',
  'verbose',
  'quiet',
  'log-format',
] as const;

/** `antares-client redo`: dead letters once more, with today's settings. */
export function redoCommand(environment: Readonly<Record<string, string>>): CommandModule<object, never> {
  return {
    command: 'redo <dir>',
    describe: 'Try the dead letters of an output folder again, with the settings given now',
    builder: ((command: Argv) =>
      addOptions(
        command
          .usage(
            '$0 redo DIR [options]\n\nSaves the dead letters that can be read now, and removes them. Run it while no client writes to DIR.',
          )
          .positional('dir', { type: 'string', describe: 'The output folder' }),
        options,
      )) as never,
    handler: async (given: unknown) => {
      const { dir, ...rest } = given as { dir: string };
      await redoFolder(resolve(dir), rest, environment);
    },
  };
}

async function redoFolder(
  dir: string,
  given: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ClientError('USAGE', `There is no folder ${dir} with dead letters.`);
  // Loaded late, for the main command needs none of it.
  const { resolveConfig } = await import('../config.ts');
  const { createLog } = await import('../log.ts');
  const { prepareOutput } = await import('../output.ts');
  const { enterOwner } = await import('../owner.ts');
  const { Interrupted, listenForStop } = await import('../signals.ts');
  const { settingsForWorkers } = await import('../worker-settings.ts');
  const { newWriter } = await import('../temporary.ts');
  const { redo } = await import('./redo.ts');
  const config = resolveConfig({
    commandLine: { topics: [], given: { ...given, 'output-dir': dir } },
    environment: registryOnly(environment),
    isTerminal: process.stderr.isTTY,
    needsTopics: false,
    needsBroker: false,
  });
  const log = createLog(config.log);
  const writer = newWriter();
  const entry = { outputDir: dir, writer, group: null, brokers: '', share: false, alone: true, log };
  const leave = await enterOwner(entry);
  const stop = listenForStop();
  let redone: Redone;
  try {
    const { caseInsensitive } = await prepareOutput(dir, 'json');
    const settings = {
      ...settingsForWorkers(config, 'file', caseInsensitive, writer),
      workerIndex: 0,
      deadThreads: [],
    };
    redone = await redo(settings, config, log, stop);
  } finally {
    await leave();
  }
  const { saved, filtered, settled, left } = redone;
  const cleared = settled > 0 ? `, ${settled} cleared away, whose alerts were saved later` : '';
  log.info(`${several(saved, 'dead letter')} saved, ${filtered} filtered${cleared}, ${left.length} left.`);
  if (stop.aborted)
    throw new Interrupted(stop, 'say redo again for the dead letters that it did not come to');
  const [first] = left;
  if (first !== undefined)
    throw new ClientError(
      'BAD_MESSAGE',
      `${several(left.length, 'dead letter')} ${left.length === 1 ? 'is' : 'are'} left, the first: ${first}`,
    );
}
