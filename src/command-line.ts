import './heap-growth.ts';
import { readCommandLine } from './arguments.ts';
import { userLogins } from './auth/login-store.ts';
import { allHaveLeft } from './broker/leaving.ts';
import { subcommands } from './commands.ts';
import { resolveConfig } from './config.ts';
import { ClientError } from './errors.ts';
import { endProcess } from './exit.ts';
import { createLog } from './log.ts';
import { openFilesRefused } from './open-files.ts';
import { holdsSecret, redact, takeEnvironment, withoutCrashReports } from './secrets.ts';
import { Interrupted, listenForStop } from './signals.ts';

async function main(): Promise<number> {
  const environment = takeEnvironment(process.env);
  const argv = process.argv.slice(2);
  try {
    if (argv.includes('--version')) {
      // Loaded late: the addon takes its time, and only this needs it before all else.
      const { versions } = await import('./versions.ts');
      process.stdout.write(`${versions()}\n`);
      return 0;
    }
    const commandLine = await readCommandLine(argv, subcommands(environment));
    if (commandLine === null) return 0;
    if (holdsSecret(commandLine.given)) withoutCrashReports();
    const config = resolveConfig({
      commandLine,
      environment,
      isTerminal: process.stderr.isTTY,
      logins: userLogins(process.env),
    });
    const log = createLog(config.log);
    for (const warning of config.warnings) log.warn(warning);
    const stop = listenForStop();
    stop.addEventListener('abort', () => {
      log.info(`${String(stop.reason)}: finishing what is under way. Once more ends at once.`);
    });
    // Loaded late, so that a wrong option is told at once.
    const { run } = await import('./run.ts');
    await run(config, log, stop);
    return 0;
  } catch (error) {
    return explain(error, argv);
  }
}

const ASK_DOCTOR = 'antares-client doctor, with the same options, looks at every step of the way.';

/** Between the options and the first message there are steps that one sentence cannot all name. */
function doctorKnowsMore({ code }: ClientError): boolean {
  return code.startsWith('BROKER_');
}

/** One sentence; the stack only for who asked for details, or where it is a fault of our own. */
function explain(thrown: unknown, argv: readonly string[]): number {
  const error = thrown instanceof ClientError && thrown.code === 'INTERNAL' ? thrown.cause : thrown;
  const known = error instanceof ClientError || error instanceof Interrupted;
  const verbose = argv.includes('--verbose') || argv.includes('-v');
  const refused = known ? null : openFilesRefused(String(error));
  const text = known
    ? error.message
    : refused !== null
      ? `${String(error)}: ${refused}.`
      : `Something is wrong in the client itself: ${String(error)}`;
  // What was said wrong stands in the sentence.
  const isWrongUse = known && error.exitCode === 2;
  const stack =
    error instanceof Error && ((verbose && !isWrongUse) || (!known && refused === null))
      ? `\n${error.stack ?? ''}`
      : '';
  const more = error instanceof ClientError && doctorKnowsMore(error) ? `\n${ASK_DOCTOR}` : '';
  process.stderr.write(redact(`antares-client: ${text}${more}${stack}\n`));
  return known ? error.exitCode : 1;
}

// Who reads the log may go first: Ctrl-C ends the tee behind the client too, and a terminal that is closed sends SIGHUP. The run ends in order all the same.
process.stderr.on('error', () => undefined);

// Node would print what is thrown there as it is.
process.on('uncaughtException', (error: unknown) => {
  endProcess(explain(error, process.argv.slice(2)));
});

const exitCode = await main();
await allHaveLeft();
// librdkafka's threads would keep the process alive for a while; all there is to save is saved.
endProcess(exitCode);
