import type { CommandModule } from 'yargs';
import { authCommand } from './auth/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { initCommand } from './init/command.ts';
import { profilesCommand } from './profiles/command.ts';
import { redoCommand } from './redo/command.ts';
import { completionCommand } from './shell/command.ts';
import { simulateCommand } from './simulate/command.ts';
import { toolCommands } from './tools/commands.ts';
import { verifyCommand } from './verify/command.ts';

/** All that the command can do beside reading. @param environment options that the environment gave. */
export function subcommands(
  environment: Readonly<Record<string, string>>,
): readonly CommandModule<object, never>[] {
  const commands = [
    initCommand,
    doctorCommand(environment),
    verifyCommand(environment),
    redoCommand(environment),
    ...toolCommands(environment),
    profilesCommand,
    authCommand,
    simulateCommand,
  ];
  return [...commands, completionCommand(commands)];
}
