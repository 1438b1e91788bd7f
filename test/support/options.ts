import { readCommandLine } from '../../src/arguments.ts';
import type { LoginStore } from '../../src/auth/login-store.ts';
import { type Config, resolveConfig } from '../../src/config.ts';
import { simulateCommand } from '../../src/simulate/command.ts';

/** What the command would do with these words and this environment, by option name. */
export async function configOf(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  logins: LoginStore | null = null,
): Promise<Config> {
  const commandLine = await readCommandLine(argv, [simulateCommand]);
  if (commandLine === null) throw new Error('A subcommand ran.');
  return resolveConfig({ commandLine, environment, isTerminal: false, logins });
}

/** A broker that needs no credentials. */
export const anyBroker = ['--bootstrap-servers', 'localhost:9092'] as const;
