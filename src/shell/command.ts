import type { Argv, CommandModule } from 'yargs';
import { ClientError } from '../errors.ts';
import { type Shell, shells } from './completion.ts';

/**
 * `antares-client completion SHELL`.
 *
 * @param others the other subcommands.
 */
export function completionCommand(
  others: readonly CommandModule<object, never>[],
): CommandModule<object, never> {
  const own: CommandModule<object, never> = {
    command: 'completion <shell>',
    describe: 'Print a script that teaches bash, zsh or fish to complete this command',
    builder: ((command: Argv) =>
      command
        .usage('$0 completion bash|zsh|fish\n\nsource <(antares-client completion bash)')
        .positional('shell', { type: 'string', describe: shells.join(', ') })) as never,
    handler: async (given: unknown) => {
      const { shell } = given as { shell: string };
      if (!isShell(shell))
        throw new ClientError('USAGE', `There is no completion for ${shell}; there is ${shells.join(', ')}.`);
      const { completionScript } = await import('./completion.ts');
      const { collectWords } = await import('./words.ts');
      process.stdout.write(completionScript(shell, collectWords([...others, own])));
    },
  };
  return own;
}

function isShell(word: string): word is Shell {
  return (shells as readonly string[]).includes(word);
}
