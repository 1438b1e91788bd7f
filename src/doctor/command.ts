import type { Argv, CommandModule } from 'yargs';
import { addOptions } from '../arguments.ts';
import { userLogins } from '../auth/login-store.ts';
import { ClientError } from '../errors.ts';
import { flagList } from '../flags.ts';
import { redact } from '../secrets.ts';
import type { Finding } from './finding.ts';

/** `antares-client doctor`: why nothing comes, step by step. */
export function doctorCommand(environment: Readonly<Record<string, string>>): CommandModule<object, never> {
  return {
    command: 'doctor [topics..]',
    describe: 'Look at every step from the options to the first message, and say what is wrong',
    builder: ((command: Argv) =>
      addOptions(
        command
          .usage(
            '$0 doctor [TOPICS…] [options]\n\nThe same options as for reading. Joins no group, commits nothing, writes nothing.\nExit code 0: nothing stands in the way; 1: something does.',
          )
          .positional('topics', { type: 'string', array: true, describe: 'Topics to look for' })
          .option('json', { boolean: true, describe: 'Print the findings as JSON' }),
        flagList.map(([name]) => name),
      )) as never,
    handler: async (given: unknown) => {
      const { topics = [], json, ...options } = given as { topics?: string[]; json?: boolean };
      await runDoctor(topics, options, json === true, environment);
    },
  };
}

async function runDoctor(
  topics: readonly string[],
  options: Readonly<Record<string, unknown>>,
  asJson: boolean,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  // Loaded late, for the main command needs none of it.
  const { examine } = await import('./doctor.ts');
  const { jsonOf, lineOf } = await import('./report.ts');
  const { Interrupted, listenForStop } = await import('../signals.ts');
  const names = new Set<string>(flagList.map(([name]) => name));
  const known = Object.entries(options).filter(([name, value]) => names.has(name) && value !== undefined);
  const sources = {
    commandLine: { topics, given: Object.fromEntries(known) },
    environment,
    isTerminal: process.stderr.isTTY,
    needsTopics: false,
    logins: userLogins(process.env),
  } as const;
  const inColour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const findings: Finding[] = [];
  const stop = listenForStop();
  for await (const finding of examine(sources, stop)) {
    findings.push(finding);
    if (!asJson) process.stdout.write(redact(lineOf(finding, inColour)));
  }
  if (asJson) process.stdout.write(redact(jsonOf(findings)));
  if (stop.aborted) throw new Interrupted(stop, 'not every step was looked at');
  const faults = findings.filter(({ state }) => state === 'fault');
  if (faults.length === 0) return;
  const steps = [...new Set(faults.map(({ step }) => step))].join(', ');
  throw new ClientError('NOT_WELL', `Something stands in the way: ${steps}.`);
}
