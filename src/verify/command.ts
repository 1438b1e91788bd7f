import { resolve } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { addOptions } from '../arguments.ts';
import { userLogins } from '../auth/login-store.ts';
import { ClientError } from '../errors.ts';
import { loginOptions } from '../option-sets.ts';
import { faultKinds } from './findings.ts';

/** `antares-client verify`: whether an output folder holds everything, once and whole. */
export function verifyCommand(environment: Readonly<Record<string, string>>): CommandModule<object, never> {
  return {
    command: 'verify <dir>',
    describe: 'Read an output folder again: is anything lost, doubled or torn?',
    builder: ((command: Argv) =>
      addOptions(
        command
          .usage('$0 verify DIR [options]\n\nExit code 0: nothing is lost, doubled or torn; 1: something is.')
          .positional('dir', { type: 'string', describe: 'The output folder; it is only read' })
          .option('against', {
            string: true,
            requiresArg: true,
            describe: 'HOST:PORT of the broker to compare with; --profile NAME: that of a profile',
          }),
        ['profile', 'config', ...loginOptions],
      )) as never,
    handler: async (given: unknown) => {
      const { dir, against, ...options } = given as { dir: string; against?: string };
      await verify(resolve(dir), against, options, environment);
    },
  };
}

async function verify(
  dir: string,
  against: string | undefined,
  options: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  // Loaded late, for the main command needs none of it.
  const { verifyFolder } = await import('./verify.ts');
  const { reportOf } = await import('./report.ts');
  const verified = await verifyFolder(dir);
  if (against !== undefined || options['profile'] !== undefined) {
    const { resolveConfig } = await import('../config.ts');
    const { createLog } = await import('../log.ts');
    const { listenForStop } = await import('../signals.ts');
    const { compareWithBroker } = await import('./broker.ts');
    const servers = against === undefined ? {} : { 'bootstrap-servers': against };
    const commandLine = { topics: [], given: { ...options, ...servers } };
    const config = resolveConfig({
      commandLine,
      environment,
      isTerminal: process.stderr.isTTY,
      needsTopics: false,
      logins: userLogins(process.env),
    });
    await compareWithBroker(verified, config, createLog(config.log), listenForStop());
  }
  process.stdout.write(reportOf(verified));
  const { faults, clean } = verified.findings;
  if (clean) return;
  const counts = faultKinds
    .filter((kind) => faults[kind].count > 0)
    .map((kind) => `${faults[kind].count} ${kind}`);
  throw new ClientError('NOT_CLEAN', `${dir} is not clean: ${counts.join(', ')}.`);
}
